package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.driver.Staging;
import dev.fusedvae.spec.Prior;
import dev.fusedvae.spec.VaeSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The prior of a model in device memory: `float[3][L]`, means, precisions and log-variances, each rounded once from double.
public final class PriorTable {
    private PriorTable() {}

    /// Bytes that it takes; 0 for N(0, I), for which kernels need no table.
    static long bytes(VaeSpec spec) {
        return spec.prior().standard() ? 0 : 3L * Float.BYTES * spec.latent();
    }

    /// Its address, or 0 for N(0, I).
    public static long upload(VaeSpec spec, Control control, Staging staging) {
        if (spec.prior().standard()) {
            return 0;
        }
        Prior prior = spec.prior();
        int latents = spec.latent();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate(bytes(spec), Float.BYTES);
            for (int j = 0; j < latents; j++) {
                table.setAtIndex(ValueLayout.JAVA_FLOAT, j, (float) prior.mean(j));
                table.setAtIndex(ValueLayout.JAVA_FLOAT, latents + j, (float) (1 / prior.variance(j)));
                table.setAtIndex(ValueLayout.JAVA_FLOAT, 2L * latents + j, (float) StrictMath.log(prior.variance(j)));
            }
            long at = control.reserve(table.byteSize());
            staging.copyIn(at, table);
            return at;
        }
    }
}
