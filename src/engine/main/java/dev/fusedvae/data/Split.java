package dev.fusedvae.data;

import java.util.OptionalDouble;
import java.util.stream.IntStream;

/// Training examples and test examples, with the same features and the same storage (bytes or floats).
///
/// @param heldOut the share that [#holdOut] took for testing; empty where the data has test examples of its own
public record Split(DataSet train, DataSet test, OptionalDouble heldOut) {

    public Split {
        if (train.features() != test.features() || !train.image().equals(test.image())) {
            throw new DataException("training and test examples must have the same shape, got " + train + " and " + test);
        }
        if (train.isBytes() != test.isBytes()) {
            train = train.asFloats();
            test = test.asFloats();
        }
    }

    /// Of data that has test examples of its own.
    public Split(DataSet train, DataSet test) {
        this(train, test, OptionalDouble.empty());
    }

    /// Holds out every `1/fraction`-th example for testing, spread evenly so that data sorted by class stays balanced.
    ///
    /// Example i is a test example where `floor((i + 1) * fraction)` exceeds `floor(i * fraction)`.
    public static Split holdOut(DataSet data, double fraction) {
        if (!(fraction > 0 && fraction < 1)) {
            throw new DataException("the test fraction must be between 0 and 1, got " + fraction);
        }
        int[] test = IntStream.range(0, data.size()).filter(i -> held(i, fraction)).toArray();
        int[] train = IntStream.range(0, data.size()).filter(i -> !held(i, fraction)).toArray();
        if (test.length == 0 || train.length == 0) {
            throw new DataException(data.name() + " has " + data.size() + " examples, too few to hold out a fraction of " + fraction
                    + ": give more examples or another fraction");
        }
        return new Split(data.select(train), data.select(test), OptionalDouble.of(fraction));
    }

    private static boolean held(int i, double fraction) {
        return Math.floor((i + 1) * fraction) > Math.floor(i * fraction);
    }
}
