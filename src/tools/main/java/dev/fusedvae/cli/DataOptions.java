package dev.fusedvae.cli;

import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.DataFiles;
import dev.fusedvae.data.ImageShape;
import dev.fusedvae.data.ReadOptions;
import dev.fusedvae.data.Split;
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

    /// Reads training and test examples; `recorded` stands in where no data was named.
    Split load(Optional<String> recorded, Map<String, String> env) {
        String name = data.or(() -> recorded).orElseThrow(() -> new UsageException(
                "name the data with --data: digits, mnist, fashion-mnist, or the path of a file or folder"));
        ReadOptions options = readOptions();
        refuseIdle(name);
        Split split = Catalogue.open(name, dataDir, env, options);
        return test.map(path -> new Split(split.train(), DataFiles.read(path, options))).orElse(split);
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
