package dev.fusedvae.cli;

import java.util.List;
import java.util.stream.IntStream;

/// A grid over a two-dimensional latent space in which every cell has the same prior probability.
final class Manifold {
    private Manifold() {}

    /// `size × size` points: z₀ grows to the right, z₁ upwards.
    static float[][] codes(int size) {
        float[][] codes = new float[size * size][2];
        List<Float> values = values(size);
        for (int i = 0; i < codes.length; i++) {
            codes[i][0] = values.get(i % size);
            codes[i][1] = values.get(size - 1 - i / size);
        }
        return codes;
    }

    /// The coordinates of the grid along an axis, rising.
    static List<Float> values(int size) {
        return IntStream.range(0, size).mapToObj(cell -> (float) NormalQuantile.of((cell + 0.5) / size)).toList();
    }
}
