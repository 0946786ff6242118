package dev.fusedvae.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.fusedvae.data.DataFiles;
import dev.fusedvae.data.DataSet;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DenseImagesTest {
    @TempDir
    Path folder;

    @Test
    void copies_areTheImagesWithoutAZero_andAreGoneInTheEnd() throws IOException {
        Path file = folder.resolve("train-images-idx3-ubyte");
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            for (int head : new int[] {0x803, 2, 2, 2}) {
                out.writeInt(head);
            }
            out.write(new byte[] {0, 1, 7, (byte) 255, 0, 0, 128 - 256, 2});
        }
        Path copy;
        try (DenseImages dense = new DenseImages()) {
            copy = dense.of(file);
            DataSet set = DataFiles.read(copy);
            assertEquals(4, set.features());
            assertArrayEquals(new byte[] {1, 1, 7, (byte) 255, 1, 1, (byte) 128, 2}, set.bytes());
        }
        assertFalse(Files.exists(copy.getParent()));
    }
}
