package dev.fusedvae.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/// Writes files that appear complete or not at all.
///
/// The content goes to a temporary file in the same folder, which is fsynced and renamed over the target; an fsync of the
/// folder makes the rename durable. If anything fails before the rename, the temporary file is removed and the old content
/// stays. Missing parent folders are created. A symbolic link is followed: the file that it names is replaced, not the link.
public final class AtomicFile {

    private static final int BUFFER_BYTES = 1 << 16;

    private AtomicFile() {}

    /// Writes the content of a file.
    @FunctionalInterface
    public interface FileBody {
        /// Writes everything to `out`, which the caller closes.
        void writeTo(OutputStream out) throws IOException;
    }

    /// Replaces or creates `file` with what `body` writes.
    public static void write(Path file, FileBody body) {
        write(Map.of(file, body));
    }

    /// Replaces or creates several files with what belongs together. All contents are on the disk before the first file is
    /// replaced, so a full disk or a body that fails leaves every old file; only a crash between two renames leaves some old and
    /// some new.
    ///
    /// @param files the content of each file, in the order in which they are replaced
    public static void write(Map<Path, FileBody> files) {
        Map<Path, Path> staged = new LinkedHashMap<>();
        Path at = null;
        try {
            for (Map.Entry<Path, FileBody> file : files.entrySet()) {
                at = file.getKey();
                Path target = target(at);
                if (Files.exists(target) && !Files.isRegularFile(target)) {
                    throw new IoFailure("cannot write " + at + ": it is not a regular file; choose another path");
                }
                Path temporary = sibling(target);
                staged.put(target, temporary);
                stage(temporary, file.getValue());
            }
            for (Map.Entry<Path, Path> file : staged.entrySet()) {
                at = file.getKey();
                Files.move(file.getValue(), file.getKey(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            for (Path folder : staged.keySet().stream().map(Path::getParent).distinct().toList()) {
                syncFolder(folder);
            }
        } catch (IOException e) {
            throw IoFailure.writing(at, e);
        } catch (UncheckedIOException e) {
            throw IoFailure.writing(at, e.getCause());
        } finally {
            staged.values().forEach(AtomicFile::remove);
        }
    }

    private static void stage(Path temporary, FileBody body) throws IOException {
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
            body.writeTo(out);
            out.flush();
            channel.force(true);
        }
    }

    /// Replaces or creates `file` with `bytes`.
    public static void write(Path file, byte[] bytes) {
        write(file, out -> out.write(bytes));
    }

    /// Replaces or creates `file` with `text` in UTF-8.
    public static void write(Path file, String text) {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Path target(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        if (Files.exists(absolute)) {
            return absolute.toRealPath();
        }
        if (absolute.getParent() != null) {
            Files.createDirectories(absolute.getParent());
        }
        return absolute;
    }

    private static Path sibling(Path target) throws IOException {
        if (target.getFileName() == null) {
            throw new IOException("it is the root folder");
        }
        return target.resolveSibling("." + target.getFileName() + ".tmp-" + UUID.randomUUID().toString().substring(0, 8));
    }

    /// Makes a rename durable. Windows cannot open a folder, so it offers no such call; its file system's journal orders renames.
    private static void syncFolder(Path folder) throws IOException {
        if (java.io.File.separatorChar == '/') {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /// Removes the temporary file, if it is still there. A failure is only logged, so that it does not replace the exception
    /// that may be under way.
    private static void remove(Path leftover) {
        try {
            Files.deleteIfExists(leftover);
        } catch (IOException e) {
            System.getLogger("dev.fusedvae.io").log(System.Logger.Level.WARNING, "could not remove " + leftover, e);
        }
    }
}
