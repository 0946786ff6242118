package dev.fusedvae.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Facts about the real files, if they are found: in the folder `FVAE_DATA`, in the cache or among the system's data sets.
@Tag("data")
class RealDataTest {

    private static Split load(String name) {
        Lookup lookup = Catalogue.lookup(name, Optional.empty(), System.getenv());
        if (lookup.found().isEmpty()) {
            System.out.println("skipped: " + name + " is not on this machine; looked in " + lookup.describe());
            Assumptions.abort(name + " is not on this machine; looked in " + lookup.describe());
        }
        return Catalogue.load(name, Optional.empty(), System.getenv());
    }

    private static void check(Split split, int[] firstTrainLabels, int[] firstTestLabels) {
        assertEquals(60000, split.train().size());
        assertEquals(10000, split.test().size());
        assertEquals(Optional.of(new ImageShape(28, 28, 1)), split.train().image());
        assertEquals(255, split.train().fullScale());
        assertArrayEquals(firstTrainLabels, Arrays.copyOf(split.train().labels().orElseThrow(), firstTrainLabels.length));
        assertArrayEquals(firstTestLabels, Arrays.copyOf(split.test().labels().orElseThrow(), firstTestLabels.length));
    }

    /// Loading compares every file with its pinned SHA-256.
    @Test
    void mnist_isTheWellKnownOne() {
        Split split = load("mnist");
        check(split, new int[] {5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, new int[] {7, 2, 1, 0, 4, 1, 4, 9, 5, 9});
        int row = 5 * 28;
        assertArrayEquals(new byte[] {0, 3, 18, 18, 18, 126, (byte) 136, (byte) 175, 26, (byte) 166, (byte) 255, (byte) 247, 127, 0},
                Arrays.copyOfRange(split.train().bytes(), row + 11, row + 25), "the first five, row 5, from column 11");
        double sum = 0;
        for (byte value : split.train().bytes()) {
            sum += value & 0xff;
        }
        assertEquals(0.1306604762738429, sum / 255 / split.train().bytes().length, 1e-12);
    }

    @Test
    void fashionMnist_isTheWellKnownOne() {
        check(load("fashion-mnist"), new int[] {9, 0, 0, 3, 0, 2, 7, 2, 5, 5}, new int[] {9, 2, 1, 1, 6, 1, 4, 6, 5, 7});
    }
}
