package dev.fusedvae.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What the catalogue knows of a data set without having it: shape, sizes, and how to recognise and fetch its files.
///
/// Either `resource` names a table inside the jar, or `files` has the four IDX files.
public record CatalogueEntry(String name, String title, String licence, ImageShape image, int classes, int trainSize, int testSize,
                             int fullScale, Optional<String> resource, Optional<IdxFiles> files, List<String> subfolders,
                             List<String> mirrors) {

    public CatalogueEntry {
        subfolders = List.copyOf(subfolders);
        mirrors = List.copyOf(mirrors);
        if (resource.isPresent() == files.isPresent()) {
            throw new DataException("catalogue entry " + name + " must have either a resource or files");
        }
    }

    /// Values per example.
    public int features() {
        return image.features();
    }

    /// The four files of a set in MNIST's layout.
    public record IdxFiles(PinnedFile trainImages, PinnedFile trainLabels, PinnedFile testImages, PinnedFile testLabels) {

        public List<PinnedFile> all() {
            return List.of(trainImages, trainLabels, testImages, testLabels);
        }
    }

    /// A file known by the length and SHA-256 of its *unpacked* content, so that any compression of it will do.
    public record PinnedFile(String name, long bytes, String sha256) {

        /// The name under which mirrors offer it and the cache keeps it.
        public String packedName() {
            return name + ".gz";
        }

        /// What is wrong with the file at `path`, packed or not, as this one, or an empty string.
        ///
        /// @throws DataException if it cannot be read or unpacked
        public String fault(Path path) {
            return Digests.fault(this, Digests.content(path, this));
        }
    }
}
