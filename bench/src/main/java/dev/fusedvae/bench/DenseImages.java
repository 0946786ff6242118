package dev.fusedvae.bench;

import dev.fusedvae.data.DataFiles;
import dev.fusedvae.data.DataSet;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Copies of images in which black, 0, is the darkest grey, 1 of 255: the engine skips products with zeros, so these copies show
/// its time where there are none. They lie in a temporary folder until this object is closed.
final class DenseImages implements AutoCloseable {
    private static final int IMAGES = 0x803;

    private final Path folder;

    DenseImages() throws IOException {
        folder = Files.createTempDirectory("fusedvae-dense");
    }

    /// The copy of an IDX file of square images, as IDX.
    Path of(Path images) throws IOException {
        DataSet set = DataFiles.read(images);
        byte[] pixels = set.bytes().clone();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = pixels[i] == 0 ? 1 : pixels[i];
        }
        int side = (int) Math.round(Math.sqrt(set.features()));
        Path file = folder.resolve(images.getFileName().toString().replaceFirst("\\.gz$", ""));
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (int head : new int[] {IMAGES, pixels.length / set.features(), side, set.features() / side}) {
                out.writeInt(head);
            }
            out.write(pixels);
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.delete(file);
        }
    }
}
