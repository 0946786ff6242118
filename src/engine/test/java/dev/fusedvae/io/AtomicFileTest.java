package dev.fusedvae.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir
    Path folder;
    Path file;

    @BeforeEach
    void oldContent() throws IOException {
        file = folder.resolve("state.json");
        Files.writeString(file, "old");
    }

    @Test
    void write_replacesTheContentAndLeavesNothingElse() throws IOException {
        AtomicFile.write(file, "new");
        assertEquals("new", Files.readString(file));
        assertOnly("state.json");
    }

    @Test
    void write_createsMissingFolders() throws IOException {
        Path deep = folder.resolve("a/b/c.txt");
        AtomicFile.write(deep, "x");
        assertEquals("x", Files.readString(deep));
    }

    @Test
    void write_followsASymbolicLinkToTheFileBehindIt() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link.json"), file);
        AtomicFile.write(link, "new");
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(file));
    }

    @Test
    void interruptedByAnException_leavesTheOldContent() throws IOException {
        RuntimeException cause = new IllegalStateException("half way");
        assertSame(cause, assertThrows(IllegalStateException.class, () -> AtomicFile.write(file, out -> {
            out.write(new byte[1 << 20]);
            throw cause;
        })));
        assertUntouched();
    }

    @Test
    void interruptedByAnInterrupt_leavesTheOldContentAndSaysSo() throws IOException {
        Thread.currentThread().interrupt();
        IoFailure e = assertThrows(IoFailure.class, () -> AtomicFile.write(file, "new"));
        assertTrue(Thread.interrupted());
        assertEquals("cannot write " + file + ": the thread was interrupted; run it again", e.getMessage());
        assertUntouched();
    }

    @Test
    void fullDisk_leavesTheOldContentAndSaysSo() throws IOException {
        IoFailure e = assertThrows(IoFailure.class, () -> AtomicFile.write(file, out -> {
            out.write(1);
            throw new IOException("No space left on device");
        }));
        assertEquals("cannot write " + file + ": the disk is full; free some space or choose a folder on another disk",
                e.getMessage());
        assertUntouched();
    }

    @Test
    void fullDisk_asTheKernelReportsIt() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "this system has no /dev/full");
        IOException cause = assertThrows(IOException.class, () -> {
            try (OutputStream out = Files.newOutputStream(full)) {
                out.write(1);
            }
        });
        assertEquals("cannot write f: the disk is full; free some space or choose a folder on another disk",
                IoFailure.writing(Path.of("f"), cause).getMessage());
    }

    @Test
    void unwritableFolder_isNamedWithTheRemedy() {
        IoFailure e = IoFailure.writing(file, new AccessDeniedException(file.toString()));
        assertEquals("cannot write " + file + ": no permission to write in " + folder
                + "; choose another folder or change its permissions", e.getMessage());
        assertEquals("cannot write " + file + ": the file system is read-only; choose a folder on another disk",
                IoFailure.writing(file, new FileSystemException(file.toString(), null, "Read-only file system")).getMessage());
    }

    @Test
    void parentThatIsAFile_isNamed() throws IOException {
        Path below = file.resolve("model.bin");
        IoFailure e = assertThrows(IoFailure.class, () -> AtomicFile.write(below, "x"));
        assertEquals("cannot write " + below + ": " + file + " is a file, not a folder; choose another folder or move it away",
                e.getMessage());
        assertUntouched();
    }

    @Test
    void folderInPlaceOfTheFile_isRefused() {
        IoFailure e = assertThrows(IoFailure.class, () -> AtomicFile.write(folder, "x"));
        assertEquals("cannot write " + folder + ": it is not a regular file; choose another path", e.getMessage());
    }

    private void assertUntouched() throws IOException {
        assertEquals("old", Files.readString(file));
        assertOnly("state.json");
    }

    private void assertOnly(String... names) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            assertEquals(List.of(names), entries.map(p -> p.getFileName().toString()).sorted().toList());
        }
    }
}
