package dev.fusedvae.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/// Files and folders that appear complete or not at all.
///
/// The content goes to a temporary sibling, which is fsynced, renamed over the target, and made durable by an fsync of
/// the folder. Whatever fails before the rename removes the temporary and leaves the old content untouched. Missing
/// parent folders are created; a symbolic link is followed, so the file that it names is the one replaced.
public final class AtomicFile {

    private static final int BUFFER_BYTES = 1 << 16;

    private AtomicFile() {}

    /// Writes the content of a file.
    @FunctionalInterface
    public interface FileBody {
        /// Writes everything to `out`, which the caller closes.
        void writeTo(OutputStream out) throws IOException;
    }

    /// Fills a new folder.
    @FunctionalInterface
    public interface FolderBody {
        /// Writes files and folders below `folder`, which exists and is empty.
        void writeTo(Path folder) throws IOException;
    }

    /// Replaces or creates `file` with what `body` writes.
    public static void write(Path file, FileBody body) {
        Path temporary = null;
        try {
            Path target = target(file);
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                throw new IoFailure("cannot write " + file + ": it is not a regular file; choose another path");
            }
            temporary = sibling(target, "tmp");
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
                body.writeTo(out);
                out.flush();
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncFolder(target.getParent());
        } catch (IOException e) {
            throw IoFailure.writing(file, e);
        } catch (UncheckedIOException e) {
            throw IoFailure.writing(file, e.getCause());
        } finally {
            remove(temporary);
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

    /// Replaces or creates `folder` with what `body` writes.
    ///
    /// An existing folder is replaced only if `body` writes every file that it holds: nothing of the user's is ever
    /// deleted, only superseded. No system call used here swaps two folders, so the old one is first renamed to
    /// `.<name>.old-<id>`; a crash between the two renames leaves it there, complete.
    public static void writeFolder(Path folder, FolderBody body) {
        Path temporary = null;
        try {
            Path target = target(folder);
            if (Files.exists(target) && !Files.isDirectory(target)) {
                throw new IoFailure("cannot write " + folder + ": it is a file, not a folder; choose another path");
            }
            temporary = sibling(target, "tmp");
            Files.createDirectory(temporary);
            body.writeTo(temporary);
            syncTree(temporary);
            refuseToDelete(folder, target, temporary);
            swap(temporary, target);
        } catch (IOException e) {
            throw IoFailure.writing(folder, e);
        } catch (UncheckedIOException e) {
            throw IoFailure.writing(folder, e.getCause());
        } finally {
            remove(temporary);
        }
    }

    private static void swap(Path temporary, Path target) throws IOException {
        if (!Files.exists(target)) {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            syncFolder(target.getParent());
            return;
        }
        Path old = sibling(target, "old");
        Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
        syncFolder(target.getParent());
        remove(old);
    }

    private static void refuseToDelete(Path folder, Path old, Path fresh) throws IOException {
        if (!Files.exists(old)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(old)) {
            Optional<Path> lost = walk.filter(p -> !Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS))
                    .map(old::relativize)
                    .filter(p -> !Files.isRegularFile(fresh.resolve(p)))
                    .sorted()
                    .findFirst();
            if (lost.isPresent()) {
                throw new IoFailure("cannot write " + folder + ": it holds " + lost.get()
                        + ", which would be deleted; choose an empty folder or move that file away");
            }
        }
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

    private static Path sibling(Path target, String kind) throws IOException {
        if (target.getFileName() == null) {
            throw new IOException("it is the root folder");
        }
        return target.resolveSibling("." + target.getFileName() + "." + kind + "-" + UUID.randomUUID().toString().substring(0, 8));
    }

    private static void syncTree(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.toList();
        }
        for (Path path : all) {
            if (Files.isDirectory(path)) {
                syncFolder(path);
            } else {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        }
    }

    /// Makes a rename durable. Windows has no such call and cannot open a folder; its journal orders renames.
    private static void syncFolder(Path folder) throws IOException {
        if (java.io.File.separatorChar == '/') {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /// Removes a leftover of ours, if it is there. A failure is only logged, so that it cannot hide one already under way.
    private static void remove(Path leftover) {
        if (leftover == null || !Files.exists(leftover, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(leftover)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            System.getLogger("dev.fusedvae.io").log(System.Logger.Level.WARNING, "could not remove " + leftover, e);
        }
    }
}
