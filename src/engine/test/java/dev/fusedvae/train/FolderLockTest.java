package dev.fusedvae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.io.OccupiedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
    @TempDir
    private Path folder;

    @Test
    void secondTraining_isRefusedWithTheOwner() {
        try (FolderLock first = FolderLock.take(folder)) {
            OccupiedFolder refused = assertThrows(OccupiedFolder.class, () -> FolderLock.take(folder));
            assertEquals(OccupiedFolder.Holds.RUNNING, refused.holds());
            assertTrue(refused.getMessage().startsWith(folder + " belongs to a training that runs (process " + ProcessHandle.current().pid() + " on "),
                    refused.getMessage());
        }
        FolderLock.take(folder).close();
        assertFalse(Files.exists(folder.resolve(FolderLock.FILE)));
    }

    /// What a killed process leaves: its file, and no lock on it.
    @Test
    void fileOfADeadOwner_keepsNobodyOut() throws IOException {
        Files.writeString(folder.resolve(FolderLock.FILE), "process 1 on elsewhere since long ago, with a text that is longer than that of any owner of ours");
        FolderLock.take(folder).close();
    }

    @Test
    void foldersThatWereMade_areRemovedIfNothingCameIntoThem() throws IOException {
        Path inner = folder.resolve("a/b");
        FolderLock.take(inner).close();
        assertFalse(Files.exists(folder.resolve("a")));
        try (FolderLock lock = FolderLock.take(inner)) {
            Files.writeString(inner.resolve("kept"), "");
        }
        assertTrue(Files.exists(inner.resolve("kept")));
    }

    /// As when the user moved the folder away while the training ran: what was trained is not lost for it.
    @Test
    void folderThatIsGone_isGivenBackWithoutAFailure() throws IOException {
        Path gone = folder.resolve("gone");
        try (FolderLock lock = FolderLock.take(gone)) {
            Files.move(gone, folder.resolve("moved"));
        }
        assertFalse(Files.exists(gone));
    }
}
