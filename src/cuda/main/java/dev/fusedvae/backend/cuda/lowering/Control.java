package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.driver.DeviceBlock;
import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.kernels.Structs;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.Step;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

/// The device memory that controls the kernels of an executable: the step table with its base word, a row of losses for every record,
/// and the tables of the updates.
public final class Control implements AutoCloseable {
    /// The number of records in the table, and of rows of losses: the host waits once per so many steps.
    public static final int RECORDS = 1024;
    private static final long LOSS_BYTES = 2 * Double.BYTES;
    private static final long ALIGNMENT = 256;

    private final Driver driver;
    private final StepRecord record;
    private final DeviceBlock block;
    private final Pointer pinned;
    private final Pointer pinnedLosses;
    private final MemorySegment table;
    private final MemorySegment losses;
    private final long tableAt;
    private final long lossesAt;
    private final long baseAt;
    private final CUdeviceptr tableTarget;
    private final CUdeviceptr lossesSource;
    private final CUdeviceptr baseWord;
    private final Step step = new Step();
    private long used;

    public Control(Driver driver, Plan plan, Structs structs) {
        this.driver = driver;
        record = StepRecord.of(structs);
        long tableBytes = RECORDS * record.bytes();
        long lossesBytes = RECORDS * LOSS_BYTES;
        block = DeviceBlock.zeros(driver, bytes(plan, structs));
        try {
            pinned = driver.allocatePinned(tableBytes + lossesBytes);
        } catch (RuntimeException e) {
            driver.drain();
            block.close();
            throw e;
        }
        pinnedLosses = pinned.withByteOffset(tableBytes);
        MemorySegment memory = Driver.segment(pinned, tableBytes + lossesBytes);
        table = memory.asSlice(0, tableBytes);
        losses = memory.asSlice(tableBytes);
        tableAt = reserve(tableBytes);
        lossesAt = reserve(lossesBytes);
        baseAt = reserve(Integer.BYTES);
        tableTarget = Driver.pointer(tableAt);
        lossesSource = Driver.pointer(lossesAt);
        baseWord = Driver.pointer(baseAt);
    }

    /// Bytes of device memory that this takes.
    public static long bytes(Plan plan, Structs structs) {
        return aligned(RECORDS * StepRecord.of(structs).bytes()) + aligned(RECORDS * LOSS_BYTES) + ALIGNMENT + aligned(PriorTable.bytes(plan.graph().spec()))
                + UpdateTables.bytes(plan, structs, ALIGNMENT);
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /// Allocates a table that is kept as long as the executable.
    long reserve(long bytes) {
        long at = used;
        used += aligned(bytes);
        if (used > block.bytes()) {
            throw new IllegalStateException("the tables of a plan need more than the " + block.bytes() + " bytes counted for them");
        }
        return block.address() + at;
    }

    long table() {
        return tableAt;
    }

    public long base() {
        return baseAt;
    }

    long losses() {
        return lossesAt;
    }

    public long bytes() {
        return block.bytes();
    }

    /// Enqueues copying the records of steps `first … first + count − 1` of `feed`; the host must have waited for all steps before.
    public void upload(Feed feed, long first, int count) {
        for (int i = 0; i < count; i++) {
            feed.fill(first + i, step);
            record.write(table, i * record.bytes(), step);
        }
        driver.upload(tableTarget, pinned, count * record.bytes());
    }

    /// Enqueues setting the base: kernels enqueued after this work on the record of this number plus their own offset. It is a fill and
    /// not a copy, because the call copies its value, so that several can be enqueued at a time.
    public void base(int record) {
        driver.set(baseWord, record);
    }

    /// The first sample of record `i`, among all samples of an example.
    int firstSample(int i) {
        return record.word(table, i * record.bytes() + record.firstSample());
    }

    /// The number of the step in record `i`, as it was uploaded last.
    long step(int i) {
        return record.step(table, i * record.bytes());
    }

    /// The first row of record `i` in the order of its epoch.
    int position(int i) {
        return record.word(table, i * record.bytes() + record.position());
    }

    /// The rows of record `i`.
    int rows(int i) {
        return record.word(table, i * record.bytes() + record.rows());
    }

    /// Enqueues copying the losses of the first `count` records to the host.
    public void downloadLosses(int count) {
        driver.download(pinnedLosses, lossesSource, count * LOSS_BYTES);
    }

    /// Sum `term` (0: log-likelihoods, 1: KL) of record `i`; valid after the host has waited for the copy.
    public double loss(int i, int term) {
        return losses.get(ValueLayout.JAVA_DOUBLE, i * LOSS_BYTES + 8L * term);
    }

    @Override
    public void close() {
        try (block) {
            driver.freePinned(pinned);
        }
    }
}
