package dev.fusedvae.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What the catalogue says about a data set, whether or not its files are on this machine: shape, sizes, how to recognise its
/// files, and where to fetch them.
///
/// Either `resource` names a table inside the jar, or `files` describes the four IDX files.
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

    /// A file recognised by the length and SHA-256 of its *unpacked* content, so it may be compressed in any way.
    public record PinnedFile(String name, long bytes, String sha256) {

        /// The file's name at the mirrors and in the cache.
        public String packedName() {
            return name + ".gz";
        }

        /// How the file at `path`, packed or not, differs from this one; an empty string if it does not.
        ///
        /// @throws DataException if it cannot be read or unpacked
        public String fault(Path path) {
            return Digests.fault(this, Digests.content(path, this));
        }
    }
}
