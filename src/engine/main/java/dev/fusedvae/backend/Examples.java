package dev.fusedvae.backend;

/// A data set in memory as a backend reads it: `count` rows of `features` values, row-major, never written.
///
/// A value is the stored number, scaled, minus the mean of its feature; if no mean is subtracted, [#mean] is an empty array.
public sealed interface Examples {
    int features();

    int count();

    /// The mean of each feature, which is subtracted, or an empty array.
    float[] mean();

    /// The normalised value, before binarization; every backend computes the same bits.
    float value(int row, int feature);

    /// Bytes 0..255: value = table[v] − mean.
    ///
    /// @param table     the value that each byte 0..255 stands for
    /// @param fullScale the byte that means intensity 1: 255 for grey pixels, 16 for 8x8 digits. Data with 255 are binarized by
    ///                  the integer rule for bytes, all other data by the rule for floats.
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

        /// Values that are neither scaled nor centred.
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
