package dev.fusedvae.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// NumPy's zip file of arrays; arrays are found by their usual names.
///
/// Examples: `x_train`, `train`, `x`, `data`, `images`, `arr_0`, or the only array; test examples: `x_test`, `test`;
/// labels: `y_train`, `y`, `labels`, `y_test`, ... Case does not matter.
final class NpzReader {

    private static final List<String> TRAIN = List.of("x_train", "train_x", "train_images", "train", "x", "data", "images", "arr_0");
    private static final List<String> TRAIN_LABELS = List.of("y_train", "train_y", "train_labels", "y", "labels", "label", "target");
    private static final List<String> TEST = List.of("x_test", "test_x", "test_images", "test");
    private static final List<String> TEST_LABELS = List.of("y_test", "test_y", "test_labels");

    private NpzReader() {}

    /// Whether a file that begins with these bytes is a zip file.
    static boolean matches(byte[] head) {
        return head.length >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
    }

    static DataSet readTrain(Path path) {
        return open(path, archive -> archive.examples(TRAIN, TRAIN_LABELS).orElseThrow(() -> new DataException(path
                + " has no array named " + String.join(", ", TRAIN) + ", only " + archive.names() + ": rename the one with the examples")));
    }

    /// The test examples, if the archive has any.
    static Optional<DataSet> readTest(Path path) {
        return open(path, archive -> archive.examples(TEST, TEST_LABELS));
    }

    private interface Work<T> {
        T read(Archive archive) throws IOException;
    }

    private static <T> T open(Path path, Work<T> work) {
        try (ZipFile zip = new ZipFile(path.toFile())) {
            TreeMap<String, ZipEntry> arrays = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            zip.stream().filter(e -> e.getName().endsWith(".npy"))
                    .forEach(e -> arrays.put(e.getName().substring(0, e.getName().length() - 4), e));
            if (arrays.isEmpty()) {
                throw new DataException(path + " is a zip without any .npy array; write it with numpy.savez(path, x_train=..., x_test=...)");
            }
            return work.read(new Archive(path, zip, arrays));
        } catch (IOException e) {
            throw Source.failure(path, e);
        }
    }

    private record Archive(Path path, ZipFile zip, TreeMap<String, ZipEntry> arrays) {

        String names() {
            return String.join(", ", arrays.keySet());
        }

        Optional<DataSet> examples(List<String> candidates, List<String> labelCandidates) throws IOException {
            Optional<String> array = candidates.stream().filter(arrays::containsKey).findFirst();
            if (array.isEmpty() && candidates == TRAIN && arrays.size() == 1) {
                array = Optional.of(arrays.firstKey());
            }
            if (array.isEmpty()) {
                return Optional.empty();
            }
            DataSet data;
            try (InputStream in = stream(array.get())) {
                data = NpyReader.header(title(array.get()), in).readExamples(in);
            }
            Optional<String> labels = labelCandidates.stream().filter(arrays::containsKey).findFirst();
            if (labels.isEmpty()) {
                return Optional.of(data);
            }
            try (InputStream in = stream(labels.get())) {
                return Optional.of(data.withLabels(NpyReader.header(title(labels.get()), in).readLabels(in)));
            }
        }

        private InputStream stream(String array) throws IOException {
            return new BufferedInputStream(zip.getInputStream(arrays.get(array)), 1 << 16);
        }

        private String title(String array) {
            return path + " array " + array;
        }
    }
}
