package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.DataFiles;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.ImageShape;
import dev.fusedvae.data.ReadOptions;
import dev.fusedvae.data.Split;
import dev.fusedvae.train.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/// Which examples, and what their files do not say themselves.
final class DataOptions {
    private static final Pattern IMAGE = Pattern.compile("([0-9]{1,6})x([0-9]{1,6})(?:x([0-9]))?");

    @Option(names = "--data", paramLabel = "NAME|PATH",
            description = "digits, mnist, fashion-mnist, or a file (IDX, NPY, NPZ, CSV, amat, also .gz)"
                    + " or folder (of PNGs, or of train and test files)")
    Optional<String> data = Optional.empty();

    @Option(names = "--data-dir", paramLabel = "DIR", description = "where to look for the data first")
    Optional<Path> dataDir = Optional.empty();

    @Option(names = "--test", paramLabel = "PATH", description = "test examples in a file or folder of their own")
    Optional<Path> test = Optional.empty();

    @Option(names = "--test-fraction", paramLabel = "F",
            description = "share held out where the data has no test set (default: 0.1)")
    Optional<Double> testFraction = Optional.empty();

    @Option(names = "--resize", paramLabel = "HxW[xC]", description = "make every example a picture of this shape; C is 1 or 3")
    Optional<String> resize = Optional.empty();

    @Option(names = "--label-column", paramLabel = "N", description = "column of the label in a text table: 1 is the first, -1 the last")
    Optional<Integer> labelColumn = Optional.empty();

    /// Training and test examples to train on. With `--test` all of `--data` is trained on; else, where the data has no test part, a
    /// share is held out.
    Split load(Map<String, String> env) {
        String name = data.orElseThrow(() -> new UsageException(
                "name the data with --data: digits, mnist, fashion-mnist, or the path of a file or folder"));
        ReadOptions options = readOptions();
        refuseIdle(name);
        if (test.isEmpty() || Catalogue.has(name)) {
            Split split = Catalogue.open(name, dataDir, env, options);
            return test.map(path -> new Split(split.train(), DataFiles.read(path, options))).orElse(split);
        }
        Path path = Catalogue.path(name, dataDir);
        DataSet train = DataFiles.readParts(path, options).map(Split::train).orElseGet(() -> DataFiles.read(path, options));
        return new Split(train, DataFiles.read(test.get(), options));
    }

    /// What to say of examples that were held out.
    static Optional<String> heldOut(Split split) {
        int all = split.train().size() + split.test().size();
        return split.heldOut().isEmpty() ? Optional.empty() : Optional.of(("%d of the %d examples of %s are held out for testing;"
                + " --test-fraction takes another share, --test FILE examples of their own").formatted(split.test().size(), all, split.train().name()));
    }

    /// The examples that a trained model is shown: those that were named, whole and in order where they have no parts; else the
    /// part of what the model was trained on.
    ///
    /// @param part `test` or `train`; empty takes the test part where there are parts
    Split shown(Vae vae, Optional<String> part, Map<String, String> env) {
        if (data.isEmpty()) {
            return recorded(vae, env);
        }
        String name = data.get();
        ReadOptions options = readOptions();
        refuseIdle(name);
        if (Catalogue.has(name) || test.isPresent() || testFraction.isPresent()) {
            return load(env);
        }
        Path path = Catalogue.path(name, dataDir);
        return DataFiles.readParts(path, options).orElseGet(() -> {
            UsageException.require(part.isEmpty(), "%s is one set of examples without a training and a test part; leave --part and --with-train out", name);
            DataSet whole = DataFiles.read(path, options);
            return new Split(whole, whole);
        });
    }

    /// What the model was trained on, with the test examples of that time.
    private Split recorded(Vae vae, Map<String, String> env) {
        String name = vae.dataName();
        UsageException.require(test.isEmpty() && testFraction.isEmpty(), "--test and --test-fraction belong to --data; name the data too");
        if (Catalogue.has(name)) {
            return Catalogue.load(name, dataDir, env);
        }
        Optional<String> tests = Optional.ofNullable(vae.environment().get(Model.TEST_DATA));
        UsageException.require(!name.isEmpty() && tests.isPresent(), "the model does not say what it was trained on; name the data with --data");
        Path path = Path.of(name);
        UsageException.require(Files.exists(path), "the model was trained on %s, which is not here; name the data with --data", name);
        ReadOptions options = readOptions();
        if (tests.get().startsWith(Model.HELD_OUT)) {
            return Split.holdOut(DataFiles.read(path, options), Double.parseDouble(tests.get().substring(Model.HELD_OUT.length())));
        }
        return DataFiles.readParts(path, options).orElseGet(() -> {
            Path other = Path.of(tests.get());
            UsageException.require(Files.exists(other), "the model was tested on %s, which is not here; name the data with --data", other);
            return new Split(DataFiles.read(path, options), DataFiles.read(other, options));
        });
    }

    private void refuseIdle(String name) {
        UsageException.require(testFraction.isEmpty() || test.isEmpty(),
                "--test and --test-fraction exclude each other: test examples come from a file or are held out");
        if (Catalogue.has(name)) {
            UsageException.require(resize.isEmpty() && labelColumn.isEmpty() && testFraction.isEmpty(),
                    "--resize, --label-column and --test-fraction are for files of your own; %s has its shape, labels and test set", name);
        }
    }

    private ReadOptions readOptions() {
        return new ReadOptions(
                UsageException.value(this::column), Optional.empty(), resize.map(DataOptions::image),
                UsageException.value(() -> ReadOptions.defaults().withTestFraction(testFraction.orElse(0.1)).testFraction()));
    }

    private OptionalInt column() {
        return labelColumn.map(c -> ReadOptions.defaults().withLabelColumn(c).labelColumn()).orElse(OptionalInt.empty());
    }

    private static ImageShape image(String text) {
        Matcher shape = IMAGE.matcher(text);
        UsageException.require(shape.matches(), "--resize takes HxW or HxWxC, such as 28x28 or 32x32x3, got '%s'", text);
        return UsageException.value(() -> new ImageShape(Integer.parseInt(shape.group(1)), Integer.parseInt(shape.group(2)),
                shape.group(3) == null ? 1 : Integer.parseInt(shape.group(3))));
    }
}
