package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.driver.DeviceBlock;
import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.graph.Op;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.Step;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

/// What steers the kernels of an executable: the step table with its base word, a row of losses for every record, and
/// the tables that updates read.
public final class Control implements AutoCloseable {
    /// Records of the table and rows of losses: steps between two waits of the host.
    public static final int RECORDS = 1024;
    private static final long RECORD_BYTES = Args.STEP_RECORD.layout().byteSize();
    private static final long LOSS_BYTES = 2 * Double.BYTES;
    private static final long ALIGNMENT = 256;

    private final Driver driver;
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

    public Control(Driver driver, Plan plan) {
        this.driver = driver;
        block = DeviceBlock.zeros(driver, bytes(plan));
        try {
            pinned = driver.allocatePinned(RECORDS * (RECORD_BYTES + LOSS_BYTES));
        } catch (RuntimeException e) {
            driver.drain();
            block.close();
            throw e;
        }
        pinnedLosses = pinned.withByteOffset(RECORDS * RECORD_BYTES);
        MemorySegment memory = Driver.segment(pinned, RECORDS * (RECORD_BYTES + LOSS_BYTES));
        table = memory.asSlice(0, RECORDS * RECORD_BYTES);
        losses = memory.asSlice(RECORDS * RECORD_BYTES);
        tableAt = reserve(RECORDS * RECORD_BYTES);
        lossesAt = reserve(RECORDS * LOSS_BYTES);
        baseAt = reserve(Integer.BYTES);
        tableTarget = Driver.pointer(tableAt);
        lossesSource = Driver.pointer(lossesAt);
        baseWord = Driver.pointer(baseAt);
    }

    /// Bytes of device memory that it takes.
    public static long bytes(Plan plan) {
        long bytes = aligned(RECORDS * RECORD_BYTES) + aligned(RECORDS * LOSS_BYTES) + ALIGNMENT + aligned(PriorTable.bytes(plan.graph().spec()));
        for (Op op : plan.graph().ops()) {
            if (op instanceof Op.Update update) {
                bytes += aligned(Args.TENSOR_ENTRY.layout().byteSize())
                        + update.clip().map(c -> aligned(c.norms().size() * Args.NORM_RANGE.layout().byteSize())).orElse(0L);
            }
        }
        return bytes;
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /// Room for a table that stays as long as the executable.
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

    /// Enqueues the records of steps `first … first + count` of `feed`; the steps before must have been waited for.
    public void upload(Feed feed, long first, int count) {
        for (int i = 0; i < count; i++) {
            feed.fill(first + i, step);
            long at = i * RECORD_BYTES;
            table.set(ValueLayout.JAVA_LONG, at, step.step());
            put(at, 2, step.epoch());
            put(at, 3, step.position());
            put(at, 4, step.rows());
            put(at, 5, Float.floatToRawIntBits(step.invRows()));
            put(at, 6, Float.floatToRawIntBits(step.rate()));
            put(at, 7, Float.floatToRawIntBits(step.rateOverBc1()));
            put(at, 8, Float.floatToRawIntBits(step.rsqrtBc2()));
            put(at, 9, Float.floatToRawIntBits(step.decay()));
            put(at, 10, Float.floatToRawIntBits(step.beta()));
            put(at, 11, Math.toIntExact(step.firstSample()));
        }
        driver.upload(tableTarget, pinned, count * RECORD_BYTES);
    }

    private void put(long record, int word, int value) {
        table.set(ValueLayout.JAVA_INT, record + 4L * word, value);
    }

    /// Enqueues a base: from here on kernels work on the record of this number plus their own offset. A fill and no copy,
    /// as its value travels with the call: several are under way at once.
    public void base(int record) {
        driver.set(baseWord, record);
    }

    /// The first sample of record `i`, among all samples of an example.
    int firstSample(int i) {
        return table.get(ValueLayout.JAVA_INT, i * RECORD_BYTES + 4L * 11);
    }

    /// The number of the step in record `i`, as uploaded last.
    long step(int i) {
        return table.get(ValueLayout.JAVA_LONG, i * RECORD_BYTES);
    }

    /// The first row of record `i` in the order of its epoch.
    int position(int i) {
        return table.get(ValueLayout.JAVA_INT, i * RECORD_BYTES + 4L * 3);
    }

    /// The rows of record `i`.
    int rows(int i) {
        return table.get(ValueLayout.JAVA_INT, i * RECORD_BYTES + 4L * 4);
    }

    /// Enqueues the losses of the first `count` records for reading.
    public void downloadLosses(int count) {
        driver.download(pinnedLosses, lossesSource, count * LOSS_BYTES);
    }

    /// Sum `term` (0: log-likelihoods, 1: KL) of record `i`, after the download was waited for.
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
