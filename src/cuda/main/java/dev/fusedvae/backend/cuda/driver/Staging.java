package dev.fusedvae.backend.cuda.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jcuda.Pointer;

/// A pinned buffer through which values are copied to the device and back, in pieces.
public final class Staging implements AutoCloseable {
    private static final int BYTES = 1 << 20;

    private final Driver driver;
    private final Pointer pinned;
    private final MemorySegment memory;

    public Staging(Driver driver) {
        this.driver = driver;
        pinned = driver.allocatePinned(BYTES);
        memory = Driver.segment(pinned, BYTES);
    }

    public void upload(long to, float[] from) {
        copyIn(to, MemorySegment.ofArray(from));
    }

    public void upload(long to, byte[] from) {
        copyIn(to, MemorySegment.ofArray(from));
    }

    /// Copies `from` to the device and waits for it.
    public void copyIn(long to, MemorySegment from) {
        for (long at = 0; at < from.byteSize(); at += BYTES) {
            long bytes = Math.min(BYTES, from.byteSize() - at);
            MemorySegment.copy(from, at, memory, 0, bytes);
            driver.upload(to + at, pinned, bytes);
            driver.synchronize();
        }
    }

    /// Copies `count` floats from the device to the front of `to`.
    public void download(long from, float[] to, int count) {
        int step = BYTES / Float.BYTES;
        for (int at = 0; at < count; at += step) {
            int floats = Math.min(step, count - at);
            driver.download(pinned, from + 4L * at, 4L * floats);
            driver.synchronize();
            MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, 0, to, at, floats);
        }
    }

    @Override
    public void close() {
        driver.freePinned(pinned);
    }
}
