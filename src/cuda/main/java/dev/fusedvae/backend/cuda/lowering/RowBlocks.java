package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.fuse.Budget;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.plan.Call;

/// The limits of the kernels that work by blocks of rows.
public final class RowBlocks {
    /// The limits of kernels/common/row_block.cuh: blocks of 8 rows, and 32 KiB of shared memory for the values that a block keeps. 16 MiB
    /// of weights read again is an estimate of how much an L2 cache delivers in the time of one more launch, *unverified on hardware*.
    public static final Budget BUDGET = new Budget(8, 16L << 20, 32L << 10);

    private RowBlocks() {}

    /// Throws if the blocks of a call would have to keep more than their shared memory holds.
    ///
    /// @throws IllegalArgumentException if `call` was fused for another backend
    public static void check(Call call) {
        if (call.op().kind() != Kind.LATENT_FORWARD) {
            return;
        }
        for (Op.Linear product : call.op().all(Op.Linear.class)) {
            long bytes = (long) BUDGET.rowBlock() * product.layer().inputs() * Float.BYTES;
            if (product.layer().place() == Layer.Place.DECODER && bytes > BUDGET.rowBlockMemoryBytes()) {
                throw new IllegalArgumentException("%s keeps %,d bytes of z for a row block, and cuda can keep %,d; make its plans by Backend.fusion"
                        .formatted(call.title(), bytes, BUDGET.rowBlockMemoryBytes()));
            }
        }
    }
}
