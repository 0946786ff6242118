package dev.fusedvae.backend;

/// A resident data set as a backend reads it: `count` rows of `features` values, row-major, never written.
///
/// A value is what is stored, divided by a constant, minus the mean of its feature (no mean: an empty array).
public sealed interface Examples {
    int features();

    int count();

    /// The normalised value, before binarization; exactly what every backend computes.
    float value(int row, int feature);

    /// Bytes 0..255: value = v / (float) divisor − mean; with the divisor they are intensities in [0,1].
    ///
    /// @param divisor 255 for grey pixels, 16 for 8x8 digits
    @SuppressWarnings("ArrayRecordComponent")
    record Bytes(byte[] values, int features, int divisor, float[] mean) implements Examples {
        public Bytes {
            check(values.length, features, mean);
            if (divisor < 1) {
                throw new IllegalArgumentException("divisor must be >= 1, got " + divisor);
            }
        }

        @Override
        public int count() {
            return values.length / features;
        }

        @Override
        public float value(int row, int feature) {
            float v = (values[row * features + feature] & 0xff) / (float) divisor;
            return mean.length == 0 ? v : v - mean[feature];
        }
    }

    /// Floats: value = v · scale − mean.
    @SuppressWarnings("ArrayRecordComponent")
    record Floats(float[] values, int features, float scale, float[] mean) implements Examples {
        public Floats {
            check(values.length, features, mean);
        }

        @Override
        public int count() {
            return values.length / features;
        }

        @Override
        public float value(int row, int feature) {
            float v = values[row * features + feature] * scale;
            return mean.length == 0 ? v : v - mean[feature];
        }
    }

    private static void check(int length, int features, float[] mean) {
        if (features < 1 || length % features != 0) {
            throw new IllegalArgumentException(length + " values are not rows of " + features + " features");
        }
        if (mean.length != 0 && mean.length != features) {
            throw new IllegalArgumentException("mean has " + mean.length + " values, the data " + features + " features");
        }
    }
}
