package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cuda.driver.DeviceBlock;
import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.driver.Staging;

/// A data set in device memory.
public final class DeviceExamples implements AutoCloseable {
    private final DeviceBlock block;
    private final long values;
    private final long table;
    private final long mean;

    /// Copies `examples`, whose values may be changed afterwards.
    public DeviceExamples(Driver driver, Staging staging, Examples examples) {
        long bytes = switch (examples) {
            case Examples.Bytes e -> e.values().length;
            case Examples.Floats e -> 4L * e.values().length;
        };
        long tableAt = (bytes + 255) / 256 * 256;
        long meanAt = tableAt + (examples instanceof Examples.Bytes ? 1024 : 0);
        block = new DeviceBlock(driver, meanAt + 4L * examples.mean().length);
        values = block.address();
        table = examples instanceof Examples.Bytes ? values + tableAt : 0;
        mean = examples.mean().length > 0 ? values + meanAt : 0;
        try {
            fill(staging, examples);
        } catch (RuntimeException e) {
            driver.drain();
            block.close();
            throw e;
        }
    }

    /// Copies the values of `examples` again; they must have the shape of the first ones.
    public void fill(Staging staging, Examples examples) {
        switch (examples) {
            case Examples.Bytes e -> {
                staging.upload(values, e.values());
                staging.upload(table, e.table());
            }
            case Examples.Floats e -> staging.upload(values, e.values());
        }
        staging.upload(mean, examples.mean());
    }

    /// The stored values, row-major.
    long values() {
        return values;
    }

    /// The values of the bytes 0..255, or null for floats.
    long table() {
        return table;
    }

    /// The mean of each feature, or null.
    long mean() {
        return mean;
    }

    @Override
    public void close() {
        block.close();
    }
}
