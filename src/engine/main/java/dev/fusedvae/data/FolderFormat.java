package dev.fusedvae.data;

import java.nio.file.Path;

/// Reads folders that are a data set as a whole, such as pictures, one a file. Another artifact brings it, found by
/// [java.util.ServiceLoader]: decoding pictures takes `java.desktop`, which the engine does without.
public interface FolderFormat {

    /// What it reads, in words: `PNGs`.
    String name();

    /// Whether the folder holds files that it reads.
    boolean matches(Path folder);

    /// The folder as one data set.
    ///
    /// @throws DataException in one sentence, if the files cannot be read or do not fit together
    DataSet read(Path folder, ReadOptions options);
}
