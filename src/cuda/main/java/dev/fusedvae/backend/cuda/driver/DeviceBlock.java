package dev.fusedvae.backend.cuda.driver;

/// Device memory with a count of its users; when the last of them closes it, it is freed.
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

    /// A block that is filled with zeros in the order of the stream.
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

    /// Adds a user.
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
