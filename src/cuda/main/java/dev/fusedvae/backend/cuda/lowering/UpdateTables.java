package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.driver.Staging;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.backend.cuda.kernels.Struct;
import dev.fusedvae.backend.cuda.kernels.Structs;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The tables in device memory for optimizer kernels: the parameters of an update, and the arrays of partial norms that clipping adds
/// up.
final class UpdateTables {
    /// Elements of a parameter that one block updates; `UPDATE_CHUNK` in args.cuh.
    static final int UPDATE_CHUNK = 1024;

    private final Slots slots;
    private final Control control;
    private final Staging staging;
    private final Struct entry;
    private final Struct range;

    UpdateTables(Slots slots, Control control, Staging staging, Structs structs) {
        this.slots = slots;
        this.control = control;
        this.staging = staging;
        entry = structs.named("TensorEntry");
        range = structs.named("NormRange");
    }

    /// An upper bound of the bytes that the tables of `plan` take; each table starts at a multiple of `alignment`.
    static long bytes(Plan plan, Structs structs, long alignment) {
        long bytes = 0;
        for (Op op : plan.graph().ops()) {
            if (op instanceof Op.Update update) {
                long norms = update.clip().map(c -> c.norms().size()).orElse(0);
                bytes += 2 * alignment + structs.named("TensorEntry").bytes() + norms * structs.named("NormRange").bytes();
            }
        }
        return bytes;
    }

    /// The number of blocks that update `parameter`.
    static long blocks(Tensor parameter) {
        return Math.ceilDiv(parameter.elements(1), (long) UPDATE_CHUNK);
    }

    /// The address of a table with an entry for each of `updates`.
    long tensors(List<Op.Update> updates) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate((long) entry.bytes() * updates.size(), 8);
            long block = 0;
            for (int i = 0; i < updates.size(); i++) {
                Op.Update u = updates.get(i);
                new Args(entry, row(table, entry, i)).pointer("parameter", slots.address(u.parameter()))
                        .pointer("gradient", slots.address(u.gradient())).pointer("first", slots.address(u.state().getFirst()))
                        .pointer("second", u.state().size() > 1 ? slots.address(u.state().get(1)) : 0)
                        .word("count", u.parameter().elements(1)).word("first_block", block).requireComplete();
                block += blocks(u.parameter());
            }
            return uploaded(table);
        }
    }

    /// The address of a table with a range for each of `norms`.
    long norms(List<Tensor> norms) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate((long) range.bytes() * norms.size(), 8);
            for (int i = 0; i < norms.size(); i++) {
                new Args(range, row(table, range, i)).pointer("norms", slots.address(norms.get(i)))
                        .word("count", slots.shape(norms.get(i)).size()).requireComplete();
            }
            return uploaded(table);
        }
    }

    private static MemorySegment row(MemorySegment table, Struct struct, int i) {
        return table.asSlice((long) i * struct.bytes(), struct.bytes());
    }

    private long uploaded(MemorySegment table) {
        long to = control.reserve(table.byteSize());
        staging.copyIn(to, table);
        return to;
    }
}
