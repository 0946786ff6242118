package dev.fusedvae.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;

/// Reads data files: the format is recognised by content, gzip is unpacked, and every fault becomes a [DataException].
///
/// - IDX: pictures (rank 3, 4) or rows (rank 2); labels come from the file in the same folder whose name has `labels` in place
///   of `images` and `idx1` in place of `idx3`.
/// - NPY, NPZ: `[size, features]`, `[size, height, width]`, or channels last; NPZ may hold train, test and labels.
/// - Text: CSV (comma, semicolon, tab; header optional) and `.amat` (spaces).
/// - A folder of PNGs, or of sub-folders of PNGs named by label, if `fusedvae-tools` is there: a [FolderFormat].
public final class DataFiles {

    private static final int HEAD = 512;

    private DataFiles() {}

    /// Reads a file or a folder of PNGs with [ReadOptions#defaults].
    public static DataSet read(Path path) {
        return read(path, ReadOptions.defaults());
    }

    /// Reads a file or a folder of PNGs; of an NPZ, the training examples.
    public static DataSet read(Path path, ReadOptions options) {
        if (!Files.exists(path)) {
            throw new DataException(path + " does not exist; check the path");
        }
        if (Files.isDirectory(path)) {
            refuseTableOptions(path, options);
            return readFolder(path, options);
        }
        if (isNpz(path)) {
            refuseTableOptions(path, options);
            DataSet data = NpzReader.readTrain(path);
            return options.image().map(data::withImage).orElse(data);
        }
        DataSet data = Source.read(path, in -> read(path, in, options));
        return options.image().map(data::withImage).orElse(data);
    }

    private static DataSet readFolder(Path folder, ReadOptions options) {
        List<FolderFormat> formats = ServiceLoader.load(FolderFormat.class, DataFiles.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get).toList();
        if (formats.isEmpty()) {
            throw new DataException(folder + " is a folder, and folders of pictures are read by fusedvae-tools, which is not on the class path"
                    + " or module path; add it, or give a file");
        }
        return formats.stream().filter(format -> format.matches(folder)).findFirst().orElseThrow(() -> new DataException(folder + " holds no "
                + String.join(", ", formats.stream().map(FolderFormat::name).toList()) + ", neither directly nor in sub-folders"))
                .read(folder, options);
    }

    /// Reads training and test examples: those of [#readParts], else a share is held out for testing, see [Split#holdOut].
    public static Split readSplit(Path path, ReadOptions options) {
        return readParts(path, options).orElseGet(() -> Split.holdOut(read(path, options), options.testFraction()));
    }

    /// Reads training and test examples of data that has both; empty for data that has no parts.
    ///
    /// An NPZ may have both. A folder may have `train` and `test` folders, or one file each whose name contains `train` and
    /// `test` or `t10k`.
    public static Optional<Split> readParts(Path path, ReadOptions options) {
        if (Files.isDirectory(path)) {
            Optional<Path> train = part(path, List.of("train"));
            Optional<Path> test = part(path, List.of("test", "t10k"));
            if (train.isPresent() && test.isPresent()) {
                return Optional.of(new Split(read(train.get(), options), read(test.get(), options)));
            }
            if (train.isPresent() || test.isPresent()) {
                throw new DataException(path + " has " + train.or(() -> test).map(Path::getFileName).orElseThrow()
                        + " but no counterpart; a folder needs both train and test, or name the file itself");
            }
        }
        return (isNpz(path) ? NpzReader.readTest(path) : Optional.<DataSet>empty())
                .map(test -> new Split(read(path, options), options.image().map(test::withImage).orElse(test)));
    }

    /// The one entry of a folder whose name contains one of the words; files of labels do not count.
    private static Optional<Path> part(Path folder, List<String> words) {
        List<Path> found = Source.list(folder).stream().filter(entry -> {
            String name = entry.getFileName().toString().toLowerCase(Locale.ROOT);
            return words.stream().anyMatch(name::contains) && !name.contains("label") && !name.contains("idx1");
        }).toList();
        if (found.size() > 1) {
            throw new DataException(folder + " has several files that could be '" + words.getFirst() + "': "
                    + String.join(", ", found.stream().map(p -> p.getFileName().toString()).toList()) + "; keep one, or name the file itself");
        }
        return found.stream().findFirst();
    }

    private static DataSet read(Path path, InputStream in, ReadOptions options) throws IOException {
        String name = path.toString();
        byte[] head = Source.peek(in, HEAD);
        if (head.length == 0) {
            throw new DataException(path + " is empty");
        }
        if (IdxReader.matches(head)) {
            refuseTableOptions(path, options);
            DataSet data = IdxReader.readExamples(name, in);
            return labelsOf(path).map(labels -> data.withLabels(
                    Source.read(labels, l -> IdxReader.readLabels(labels.toString(), l)))).orElse(data);
        }
        if (NpyReader.matches(head)) {
            refuseTableOptions(path, options);
            return NpyReader.header(name, in).readExamples(in);
        }
        if ((head[0] & 0xff) == 0x89 && head.length > 3 && head[1] == 'P' && head[2] == 'N' && head[3] == 'G') {
            throw new DataException(path + " is a single PNG; name the folder of PNGs that is the data set");
        }
        if (!isText(head)) {
            throw new DataException(path + " is in no format known here: IDX, NPY, NPZ, CSV, amat (each also as .gz) or a folder of PNGs");
        }
        return TextReader.read(name, in, options);
    }

    private static boolean isNpz(Path path) {
        return Files.isRegularFile(path) && Source.read(path, in -> NpzReader.matches(Source.peek(in, HEAD)));
    }

    private static Optional<Path> labelsOf(Path images) {
        String file = images.getFileName().toString();
        String labels = file.replace("images", "labels").replace("idx3", "idx1");
        if (labels.equals(file)) {
            return Optional.empty();
        }
        String other = labels.endsWith(".gz") ? labels.substring(0, labels.length() - 3) : labels + ".gz";
        return List.of(labels, other).stream().map(images::resolveSibling).filter(Files::isRegularFile).findFirst();
    }

    private static boolean isText(byte[] head) {
        for (byte b : head) {
            if (b >= 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    private static void refuseTableOptions(Path path, ReadOptions options) {
        if (options.labelColumn().isPresent() || options.header().isPresent()) {
            throw new DataException(path + " is not a text table, so it has neither a label column nor a header: leave these options out");
        }
    }
}
