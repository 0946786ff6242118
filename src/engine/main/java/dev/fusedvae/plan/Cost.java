package dev.fusedvae.plan;

import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.graph.Tensor;

/// What a call must at least move and compute, whatever runs it.
///
/// @param bytes fp32 bytes of what it reads from outside and of what others see of it, each once
/// @param flops those of its primitive ops; see [dev.fusedvae.graph.Access]
public record Cost(long bytes, long flops) {
    /// The cost of a fused op on a batch of `batch` rows: flops of its definition, bytes of its boundary.
    public static Cost of(FusedOp op, int batch) {
        long bytes = 0;
        for (Tensor t : op.reads()) {
            bytes += t.bytes(batch);
        }
        for (Tensor t : op.writes()) {
            bytes += t.bytes(batch);
        }
        return new Cost(bytes, op.ops().stream().mapToLong(o -> o.flops(batch)).sum());
    }

    public Cost plus(Cost other) {
        return new Cost(bytes + other.bytes, flops + other.flops);
    }

    /// Flops per byte.
    public double intensity() {
        return bytes == 0 ? 0 : (double) flops / bytes;
    }
}
