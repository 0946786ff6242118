package dev.fusedvae.backend.cuda.driver;

/// A stretch of device memory with a count of its users: the last that closes it gives it back.
public final class DeviceBlock implements AutoCloseable {
    private final Driver driver;
    private final long address;
    private final long bytes;
    private int users = 1;

    public DeviceBlock(Driver driver, long bytes) {
        this.driver = driver;
        this.bytes = Math.max(bytes, 1);
        address = driver.allocate(this.bytes);
    }

    /// A block whose words are zero, as soon as the stream gets there.
    public static DeviceBlock zeros(Driver driver, long bytes) {
        DeviceBlock block = new DeviceBlock(driver, bytes);
        try {
            driver.clear(block.address, block.bytes / 4 * 4);
            return block;
        } catch (RuntimeException e) {
            block.close();
            throw e;
        }
    }

    public long address() {
        return address;
    }

    public long bytes() {
        return bytes;
    }

    /// One user more.
    public synchronized DeviceBlock share() {
        users++;
        return this;
    }

    @Override
    public synchronized void close() {
        if (--users == 0) {
            driver.free(address, bytes);
        }
    }
}
