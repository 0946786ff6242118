package dev.fusedvae.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// Opens files, unpacks gzip by content, and turns every input error into one [DataException] that names the file.
final class Source {

    private static final int BUFFER = 1 << 16;

    /// Work on the unpacked content of a file.
    interface Work<T> {
        T read(InputStream in) throws IOException;
    }

    private Source() {}

    /// Runs the work on the file's content, unpacked if it is gzip.
    static <T> T read(Path path, Work<T> work) {
        if (Files.isDirectory(path)) {
            throw new DataException(path + " is a folder, but a file was expected here");
        }
        try (InputStream in = unpacked(Files.newInputStream(path))) {
            return work.read(in);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    static DataException failure(Path path, IOException e) {
        String why = switch (e) {
            case NoSuchFileException _ -> " does not exist; check the path";
            case AccessDeniedException _ -> " cannot be read: permission denied";
            case EOFException _ -> " ends too early: the file is truncated, fetch or copy it again";
            case ZipException _ -> " is damaged (" + e.getMessage() + "): fetch or copy it again";
            default -> " cannot be read (" + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()) + ")";
        };
        return new DataException(path + why, e);
    }

    /// The entries of a folder, sorted by name, without hidden ones.
    static List<Path> list(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(p -> !p.getFileName().toString().startsWith(".")).sorted().toList();
        } catch (IOException e) {
            throw failure(folder, e);
        }
    }

    /// The first bytes of a stream, at most n; the next read begins with them again. The stream must support marks.
    static byte[] peek(InputStream in, int n) throws IOException {
        in.mark(n);
        byte[] head = in.readNBytes(n);
        in.reset();
        return head;
    }

    private static InputStream unpacked(InputStream raw) throws IOException {
        InputStream in = new BufferedInputStream(raw, BUFFER);
        try {
            byte[] head = peek(in, 2);
            boolean gzip = head.length == 2 && (head[0] & 0xff) == 0x1f && (head[1] & 0xff) == 0x8b;
            return gzip ? new BufferedInputStream(new GZIPInputStream(in, BUFFER), BUFFER) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }
}
