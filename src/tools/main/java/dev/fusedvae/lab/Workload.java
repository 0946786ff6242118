package dev.fusedvae.lab;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.graph.Tensor;
import java.util.Random;

/// What executables are timed on: random pixels and random parameters, the same for all. Zeros and patterns run
/// faster than real data on some devices.
final class Workload {
    private static final int BIAS_INPUTS = 16;
    /// What the longest array of a JVM may hold.
    private static final long MOST_PIXELS = Integer.MAX_VALUE - 8;

    private Workload() {}

    /// Grey pixels, each value as likely as any other.
    ///
    /// @throws IllegalArgumentException if no array holds so many
    static Examples examples(int features, int count) {
        if ((long) count * features > MOST_PIXELS) {
            throw new IllegalArgumentException("%d examples of %d features are more than one array holds; use fewer features or a smaller batch".formatted(count, features));
        }
        byte[] pixels = new byte[count * features];
        float[] table = new float[256];
        new Random(1).nextBytes(pixels);
        for (int v = 0; v < 256; v++) {
            table[v] = v / 255f;
        }
        return new Examples.Bytes(pixels, features, table, 255, new float[0]);
    }

    /// U(±1/√K) for every parameter, K its inputs.
    static void start(Executable executable) {
        Random random = new Random(2);
        for (Tensor t : executable.plan().graph().tensors(Tensor.Role.PARAMETER)) {
            float[] values = new float[Math.toIntExact(t.elements(1))];
            double bound = 1 / Math.sqrt(t.rows() == 1 ? BIAS_INPUTS : t.columns());
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
            executable.write(t, values);
        }
    }
}
