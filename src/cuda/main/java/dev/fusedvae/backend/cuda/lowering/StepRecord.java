package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.kernels.Struct;
import dev.fusedvae.backend.cuda.kernels.Structs;
import dev.fusedvae.plan.Step;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The offsets of the fields of `StepRecord` in the kernels' headers. They are looked up only once, because records are written during
/// training.
record StepRecord(long bytes, long stepLow, long stepHigh, long epoch, long position, long rows, long invRows, long rate, long rateOverBc1,
                  long rsqrtBc2, long decay, long beta, long firstSample) {

    static StepRecord of(Structs structs) {
        Struct s = structs.named("StepRecord");
        return new StepRecord(s.bytes(), s.offset("step_lo"), s.offset("step_hi"), s.offset("epoch"), s.offset("position"), s.offset("rows"), s.offset("inv_rows"),
                s.offset("rate"), s.offset("rate_over_bc1"), s.offset("rsqrt_bc2"), s.offset("decay"), s.offset("beta"), s.offset("first_sample"));
    }

    /// Writes `step` to the record that starts at byte `at` of `table`.
    void write(MemorySegment table, long at, Step step) {
        put(table, at + stepLow, (int) step.step());
        put(table, at + stepHigh, (int) (step.step() >>> 32));
        put(table, at + epoch, step.epoch());
        put(table, at + position, step.position());
        put(table, at + rows, step.rows());
        put(table, at + invRows, step.invRows());
        put(table, at + rate, step.rate());
        put(table, at + rateOverBc1, step.rateOverBc1());
        put(table, at + rsqrtBc2, step.rsqrtBc2());
        put(table, at + decay, step.decay());
        put(table, at + beta, step.beta());
        put(table, at + firstSample, Math.toIntExact(step.firstSample()));
    }

    private static void put(MemorySegment table, long at, int value) {
        table.set(ValueLayout.JAVA_INT, at, value);
    }

    private static void put(MemorySegment table, long at, float value) {
        table.set(ValueLayout.JAVA_FLOAT, at, value);
    }

    long step(MemorySegment table, long at) {
        return Integer.toUnsignedLong(word(table, at + stepLow)) | (long) word(table, at + stepHigh) << 32;
    }

    int word(MemorySegment table, long at) {
        return table.get(ValueLayout.JAVA_INT, at);
    }
}
