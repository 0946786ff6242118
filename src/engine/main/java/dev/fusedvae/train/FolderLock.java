package dev.fusedvae.train;

import dev.fusedvae.io.IoFailure;
import dev.fusedvae.io.OccupiedFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Keeps a folder for one training at a time, from its first checkpoint until its model is saved.
///
/// The file `training.lock` names the owner. The operating system holds the lock itself and drops it when the process ends, however
/// it ends, so a file that is left behind by a killed training keeps nobody out.
public final class FolderLock implements AutoCloseable {
    static final String FILE = "training.lock";
    /// Far behind the text, which stays readable where locks are mandatory (Windows).
    private static final long LOCKED_BYTE = 1L << 40;

    private final Path file;
    private final FileChannel channel;
    /// Folders that were made for it, the innermost first: a training that is refused leaves none of them.
    private final List<Path> made;

    private FolderLock(Path file, FileChannel channel, List<Path> made) {
        this.file = file;
        this.channel = channel;
        this.made = made;
    }

    /// Takes `folder`, which is made if it is not there.
    ///
    /// @throws OccupiedFolder if a training has it; the message names its process, host and start
    /// @throws IoFailure      if the folder cannot be written
    public static FolderLock take(Path folder) {
        Path file = folder.resolve(FILE);
        List<Path> made = Stream.iterate(folder.toAbsolutePath().normalize(), p -> p != null && !Files.exists(p), Path::getParent).toList();
        try {
            Files.createDirectories(folder);
            Optional<FolderLock> taken = Optional.empty();
            while (taken.isEmpty()) {
                taken = attempt(file, made);
            }
            return taken.get();
        } catch (IOException e) {
            throw IoFailure.writing(file, e);
        }
    }

    /// Empty if the owner before removed the file between our opening and our locking it, so that the lock is on no file.
    private static Optional<FolderLock> attempt(Path file, List<Path> made) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (!locked(channel)) {
                throw new OccupiedFolder(OccupiedFolder.Holds.RUNNING, file.getParent() + " belongs to a training that runs (" + text(channel)
                        + "); wait for its end, or name another folder");
            }
            String owner = "process %d on %s since %s".formatted(ProcessHandle.current().pid(), host(), Instant.now().truncatedTo(ChronoUnit.SECONDS));
            channel.truncate(0).write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)), 0);
            if (Files.exists(file) && Files.readString(file).equals(owner)) {
                return Optional.of(new FolderLock(file, channel, made));
            }
            channel.close();
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /// Within one process the second attempt is an exception and no refusal.
    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(LOCKED_BYTE, 1, false) != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String text(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(256);
        channel.read(bytes, 0);
        String text = StandardCharsets.UTF_8.decode(bytes.flip()).toString().strip();
        return text.isEmpty() ? "its owner is not known" : text;
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "an unnamed host";
        }
    }

    /// Gives the folder back. A file that cannot be removed is only logged: it locks nobody out, and a trained model must not be
    /// lost for it.
    @Override
    public void close() {
        try (channel) {
            Files.deleteIfExists(file);
            for (Path folder : made) {
                Files.deleteIfExists(folder);
            }
        } catch (DirectoryNotEmptyException e) {
            // something came into it: it stays, and so do those around it
        } catch (IOException e) {
            System.getLogger("dev.fusedvae.train").log(System.Logger.Level.WARNING, "could not remove " + file, e);
        }
    }
}
