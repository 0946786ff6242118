package dev.fusedvae.reproduce;

import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Split;
import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// The data of a case.
public enum Material {
    /// Grey MNIST, 60000 and 10000.
    MNIST,
    /// MNIST with every pixel drawn once with its intensity as probability: 50000 to train, 10000 held out, 10000 to measure.
    /// Published figures use the file of Larochelle & Murray 2011, which is one such draw; this is another.
    BINARY_MNIST,
    /// The 1497 training digits of 8x8 pixels, which are trained and measured on: closed forms hold for them.
    DIGITS,
    /// The same without the pixels that never vary: a learned variance of theirs would shrink for ever.
    VARYING_DIGITS,
    /// Pairs of a point of the plane and its image on the ring.
    RING;

    private static final int BINARY_TRAIN = 50_000;
    private static final long BINARY_SEED = 1;

    /// @param training what is trained on, and held out for figures by epoch
    /// @param measured what the figure is measured on
    public record Data(Split training, DataSet measured) {}

    /// Reads or makes the data.
    ///
    /// @throws dev.fusedvae.data.DataException if it is not on this machine, with the remedy
    public Data load(Optional<Path> dataDir, Map<String, String> env) {
        return switch (this) {
            case MNIST -> same(Catalogue.load("mnist", dataDir, env));
            case BINARY_MNIST -> binary(Catalogue.load("mnist", dataDir, env));
            case DIGITS -> itself(digits(env));
            case VARYING_DIGITS -> itself(varying(digits(env)));
            case RING -> same(new Split(Ring.pairs(Ring.TRAIN_SEED, 20_000), Ring.pairs(Ring.TEST_SEED, 5_000)));
        };
    }

    private static DataSet digits(Map<String, String> env) {
        return Catalogue.load("digits", Optional.empty(), env).train();
    }

    private static Data same(Split split) {
        return new Data(split, split.test());
    }

    private static Data itself(DataSet data) {
        return new Data(new Split(data, data), data);
    }

    private static Data binary(Split mnist) {
        DataSet train = binary(mnist.train(), 0);
        return new Data(new Split(train.slice(0, BINARY_TRAIN), train.slice(BINARY_TRAIN, train.size())), binary(mnist.test(), 1));
    }

    /// `half` keeps the draws of training and test pixels apart.
    private static DataSet binary(DataSet grey, int half) {
        Stream stream = new Stream(BINARY_SEED, Purpose.BINARIZATION, half);
        float[] row = new float[grey.features()];
        float[] drawn = new float[grey.features()];
        byte[] values = new byte[grey.size() * grey.features()];
        for (int i = 0; i < grey.size(); i++) {
            for (int j = 0; j < row.length; j++) {
                row[j] = grey.raw(i, j) / grey.fullScale();
            }
            Binarizer.binarize(stream, 0, i, row, 0, row.length, drawn, 0);
            for (int j = 0; j < row.length; j++) {
                values[i * row.length + j] = (byte) drawn[j];
            }
        }
        DataSet binary = DataSet.ofBytes("binary " + grey.name(), grey.size(), grey.features(), values);
        return grey.image().map(binary::withImage).orElse(binary);
    }

    private static DataSet varying(DataSet data) {
        int[] kept = IntStream.range(0, data.features())
                .filter(j -> IntStream.range(1, data.size()).anyMatch(i -> data.raw(i, j) != data.raw(0, j))).toArray();
        byte[] values = new byte[data.size() * kept.length];
        for (int i = 0; i < data.size(); i++) {
            for (int j = 0; j < kept.length; j++) {
                values[i * kept.length + j] = data.bytes()[i * data.features() + kept[j]];
            }
        }
        return DataSet.ofBytes(data.name() + ", varying pixels", data.size(), kept.length, values).withFullScale(data.fullScale());
    }
}
