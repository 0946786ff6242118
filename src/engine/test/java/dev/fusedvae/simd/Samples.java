package dev.fusedvae.simd;

import java.util.SplittableRandom;

/// Inputs of the bit tests: ordinary values, every special one, and any bit pattern.
final class Samples {
    private static final float[] SPECIAL = {
        0f, -0f, 1f, -1f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE,
        -Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, 88.72283f, 88.72284f, -87.33654f,
        -87.33655f, 89f, -103f, 20f, -30f, Math.nextUp(20f), Math.nextDown(-30f), 0.5f, 3.92f, 1e-30f, 1e-36f
    };

    private Samples() {}

    /// Mostly within ±8, one in 16 special, one in 16 any bits at all.
    static float[] wild(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (random.nextInt(16)) {
                case 0 -> SPECIAL[random.nextInt(SPECIAL.length)];
                case 1 -> Float.intBitsToFloat(random.nextInt());
                default -> (float) random.nextDouble(-8, 8);
            };
        }
        return values;
    }

    static float[] tame(int count, long seed) {
        return uniform(count, -3, 3, seed);
    }

    static float[] uniform(int count, double low, double high, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(low, high);
        }
        return values;
    }
}
