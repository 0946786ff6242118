package dev.fusedvae.backend;

/// A resident data set as a backend reads it: `count` rows of `features` values, row-major, never written.
///
/// A value is what is stored, scaled, minus the mean of its feature (no mean: an empty array).
public sealed interface Examples {
    int features();

    int count();

    /// The mean that is taken off every feature, or an empty array.
    float[] mean();

    /// The normalised value, before binarization; exactly what every backend computes.
    float value(int row, int feature);

    /// Bytes 0..255: value = table[v] − mean.
    ///
    /// @param table     the 256 values that bytes stand for
    /// @param fullScale the byte that means 1 where bytes are intensities: 255 for grey pixels, 16 for 8x8 digits. Grey
    ///                  pixels are binarized by the law for bytes, all other data by the law for floats.
    @SuppressWarnings("ArrayRecordComponent")
    record Bytes(byte[] values, int features, float[] table, int fullScale, float[] mean) implements Examples {
        public Bytes {
            check(values.length, features, mean);
            if (table.length != 256) {
                throw new IllegalArgumentException("a table of byte values has 256 entries, got " + table.length);
            }
        }

        /// Whether they are binarized by the law for bytes.
        public boolean grey() {
            return fullScale == 255;
        }

        @Override
        public int count() {
            return values.length / features;
        }

        @Override
        public float value(int row, int feature) {
            float v = table[values[row * features + feature] & 0xff];
            return mean.length == 0 ? v : v - mean[feature];
        }
    }

    /// Floats: value = (v − offset) / divisor − mean.
    @SuppressWarnings("ArrayRecordComponent")
    record Floats(float[] values, int features, float offset, float divisor, float[] mean) implements Examples {
        public Floats {
            check(values.length, features, mean);
        }

        /// Values as they are.
        public Floats(float[] values, int features) {
            this(values, features, 0, 1, new float[0]);
        }

        @Override
        public int count() {
            return values.length / features;
        }

        @Override
        public float value(int row, int feature) {
            float v = (values[row * features + feature] - offset) / divisor;
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
