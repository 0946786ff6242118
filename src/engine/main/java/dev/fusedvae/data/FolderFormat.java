package dev.fusedvae.data;

import java.nio.file.Path;

/// Reads a folder that is one data set, for example one picture per file. Implementations come with another artifact and are
/// found by [java.util.ServiceLoader]: decoding pictures needs `java.desktop`, on which the engine does not depend.
public interface FolderFormat {

    /// The kind of files that it reads, as messages name it: `PNGs`.
    String name();

    /// Whether the folder holds files that it reads.
    boolean matches(Path folder);

    /// The folder as one data set.
    ///
    /// @throws DataException in one sentence, if the files cannot be read or do not fit together
    DataSet read(Path folder, ReadOptions options);
}
