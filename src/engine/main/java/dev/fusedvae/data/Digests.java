package dev.fusedvae.data;

import dev.fusedvae.io.Sha256;
import java.nio.file.Path;

/// Checks content against its pinned length and SHA-256.
final class Digests {

    private Digests() {}

    /// The unpacked content of a file; of a file longer than its pinned length only one byte beyond that length.
    static byte[] content(Path path, CatalogueEntry.PinnedFile file) {
        return Source.read(path, in -> in.readNBytes(Math.toIntExact(file.bytes() + 1)));
    }

    /// How the unpacked content differs from that of the pinned file; an empty string if it does not.
    static String fault(CatalogueEntry.PinnedFile file, byte[] content) {
        if (content.length != file.bytes()) {
            return "unpacks to " + (content.length > file.bytes() ? "more than " + file.bytes() : content.length + " instead of " + file.bytes())
                    + " bytes";
        }
        String digest = Sha256.of(content);
        return digest.equals(file.sha256()) ? "" : "has SHA-256 " + digest + " instead of " + file.sha256();
    }
}
