package dev.fusedvae.cli;

/// A grid over a two-dimensional latent space in which every cell has the same prior probability.
final class Manifold {
    private Manifold() {}

    /// `size × size` points: z₀ grows to the right, z₁ upwards.
    static float[][] codes(int size) {
        float[][] codes = new float[size * size][2];
        for (int i = 0; i < codes.length; i++) {
            codes[i][0] = quantile(i % size, size);
            codes[i][1] = quantile(size - 1 - i / size, size);
        }
        return codes;
    }

    private static float quantile(int cell, int cells) {
        return (float) NormalQuantile.of((cell + 0.5) / cells);
    }
}
