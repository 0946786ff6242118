package dev.fusedvae.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.io.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {

    @TempDir
    Path dir;

    private Map<String, String> env;

    @BeforeEach
    void everythingInsideTheTemporaryFolder() {
        env = Map.of("FVAE_DATA", dir.resolve("env").toString(), "XDG_CACHE_HOME", dir.resolve("cache").toString(),
                "XDG_DATA_DIRS", dir.resolve("share1") + ":" + dir.resolve("share2"));
    }

    @Test
    void digits_areInsideTheJar() {
        Split split = Catalogue.load("digits", Optional.empty(), env);
        assertEquals(1497, split.train().size());
        assertEquals(300, split.test().size());
        assertEquals(Optional.of(new ImageShape(8, 8, 1)), split.train().image());
        assertEquals(16, split.train().fullScale());
        int[] histogram = new int[10];
        int[] values = new int[256];
        for (DataSet part : List.of(split.train(), split.test())) {
            for (int label : part.labels().orElseThrow()) {
                histogram[label]++;
            }
            for (byte value : part.bytes()) {
                values[value]++;
            }
        }
        assertArrayEquals(new int[] {178, 182, 177, 183, 181, 182, 181, 179, 174, 180}, histogram);
        assertTrue(values[16] > 0);
        assertEquals(1797 * 64, Arrays.stream(values, 0, 17).sum());
        assertEquals(1f, Normalization.unit(split.train()).apply(16, 0));
        assertArrayEquals(new byte[] {0, 0, 5, 13, 9, 1, 0, 0}, Arrays.copyOf(split.train().bytes(), 8));
    }

    @Test
    void digits_comeWithTheirAttribution() throws IOException {
        try (InputStream in = Catalogue.class.getResourceAsStream("digits.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(text.contains("Alpaydin") && text.contains("CC BY 4.0"));
        }
    }

    @Test
    void shape_needsNoData() {
        for (String name : List.of("mnist", "fashion-mnist")) {
            CatalogueEntry entry = Catalogue.shape(name);
            assertEquals(784, entry.features());
            assertEquals(10, entry.classes());
            assertEquals(60000, entry.trainSize());
            assertEquals(10000, entry.testSize());
            assertTrue(entry.mirrors().size() >= 2);
            assertTrue(entry.mirrors().stream().allMatch(mirror -> mirror.endsWith("/")));
        }
        assertEquals("no data set is called 'mnst': the catalogue has digits, mnist, fashion-mnist; anything else is given as the path"
                + " of a file or a folder", assertThrows(DataException.class, () -> Catalogue.shape("mnst")).getMessage());
    }

    @Test
    void lookup_goesThroughThePlacesInOrder() {
        Lookup lookup = Catalogue.lookup("mnist", Optional.of(dir.resolve("given")), env);
        assertEquals(List.of("given/mnist", "given/MNIST/raw", "given", "env/mnist", "env/MNIST/raw", "env", "cache/fusedvae/mnist",
                "share1/datasets/mnist", "share2/datasets/mnist"),
                lookup.places().stream().map(p -> dir.relativize(p.folder().orElseThrow()).toString()).toList());
        assertTrue(lookup.found().isEmpty());
        assertTrue(lookup.places().stream().allMatch(p -> p.reason().equals("no such folder")));
        Lookup bare = Catalogue.lookup("fashion-mnist", Optional.empty(), Map.of("HOME", dir.toString()));
        assertEquals(List.of(dir.resolve(".cache/fusedvae/fashion-mnist"), Path.of("/usr/local/share/datasets/fashion-mnist"),
                Path.of("/usr/share/datasets/fashion-mnist")), bare.places().stream().map(p -> p.folder().orElseThrow()).toList());
    }

    @Test
    void lookup_saysWhatAFolderLacks() {
        TestFiles.write(dir.resolve("env/mnist/train-images-idx3-ubyte.gz"), new byte[1]);
        TestFiles.write(dir.resolve("env/mnist/t10k-images-idx3-ubyte"), new byte[1]);
        Lookup.Place place = Catalogue.lookup("mnist", Optional.empty(), env).places().getFirst();
        assertEquals("lacks train-labels-idx1-ubyte.gz, t10k-labels-idx1-ubyte.gz", place.reason());
    }

    @Test
    void lookup_passesOverAnotherSetWithTheSameFileNames() {
        for (CatalogueEntry.PinnedFile file : Catalogue.shape("mnist").files().orElseThrow().all()) {
            TestFiles.write(dir.resolve("env").resolve(file.packedName()), TestFiles.gzip(TestFiles.idx(8, new int[] {2}, new byte[2])));
        }
        Lookup lookup = Catalogue.lookup("mnist", Optional.empty(), env);
        assertEquals("its t10k-labels-idx1-ubyte.gz is not that of mnist (unpacks to 10 instead of 10008 bytes)",
                lookup.places().get(2).reason());
        assertTrue(lookup.found().isEmpty());
    }

    @Test
    void absentData_isRefusedWithEveryPlaceAndTheRemedy() {
        String message = assertThrows(DataException.class, () -> Catalogue.load("mnist", Optional.empty(), env)).getMessage();
        assertTrue(message.startsWith("mnist is not on this machine: give the folder of its files, or set FVAE_DATA to it; looked in "));
        assertTrue(message.contains(dir.resolve("cache/fusedvae/mnist") + " (cache): no such folder"));
    }

    @Test
    void open_takesANameOrAPathAlsoInsideTheDataFolder() {
        TestFiles.write(dir.resolve("own.csv"), TestFiles.text("1", "2"));
        ReadOptions half = ReadOptions.defaults().withTestFraction(0.5);
        assertEquals(1497, Catalogue.open("digits", Optional.empty(), env, half).train().size());
        assertEquals(1, Catalogue.open(dir.resolve("own.csv").toString(), Optional.empty(), env, half).train().size());
        assertEquals(1, Catalogue.open("own.csv", Optional.of(dir), env, half).train().size());
        assertTrue(assertThrows(DataException.class, () -> Catalogue.open("no/file.csv", Optional.empty(), env, half))
                .getMessage().contains("does not exist"));
        assertTrue(assertThrows(DataException.class, () -> Catalogue.open("mnits", Optional.empty(), env, half))
                .getMessage().contains("digits, mnist, fashion-mnist"));
    }

    private static CatalogueEntry tiny(byte[]... contents) {
        CatalogueEntry.PinnedFile[] files = new CatalogueEntry.PinnedFile[4];
        for (int k = 0; k < 4; k++) {
            files[k] = new CatalogueEntry.PinnedFile("file" + k, contents[k].length, Sha256.of(contents[k]));
        }
        return new CatalogueEntry("tiny", "Tiny", "none", new ImageShape(1, 2, 1), 10, 2, 1, 9, Optional.empty(),
                Optional.of(new CatalogueEntry.IdxFiles(files[0], files[1], files[2], files[3])), List.of(), List.of());
    }

    @Test
    void load_takesPackedAndUnpackedFilesButOnlyThePinnedContent() {
        byte[][] contents = {TestFiles.idx(8, new int[] {2, 1, 2}, new byte[] {1, 2, 3, 9}), TestFiles.idx(8, new int[] {2}, new byte[] {4, 5}),
            TestFiles.idx(8, new int[] {1, 1, 2}, new byte[] {7, 8}), TestFiles.idx(8, new int[] {1}, new byte[] {6})};
        CatalogueEntry entry = tiny(contents);
        for (int k = 0; k < 4; k++) {
            TestFiles.write(dir.resolve("file" + k + (k % 2 == 0 ? ".gz" : "")), k % 2 == 0 ? TestFiles.gzip(contents[k]) : contents[k]);
        }
        Split split = Catalogue.load(entry, dir);
        assertArrayEquals(new byte[] {1, 2, 3, 9}, split.train().bytes());
        assertArrayEquals(new int[] {4, 5}, split.train().labels().orElseThrow());
        assertArrayEquals(new byte[] {7, 8}, split.test().bytes());
        assertEquals(9, split.test().fullScale());
        contents[2][16] ^= 1;
        TestFiles.write(dir.resolve("file2.gz"), TestFiles.gzip(contents[2]));
        String message = assertThrows(DataException.class, () -> Catalogue.load(entry, dir)).getMessage();
        assertTrue(message.startsWith(dir.resolve("file2.gz") + " is not the file of tiny (has SHA-256 "), message);
        assertTrue(message.endsWith(": put the published file in its place, or, if it is data of your own, give its path instead of the name tiny"), message);
    }
}
