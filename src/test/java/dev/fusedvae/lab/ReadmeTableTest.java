package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.io.IoFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// That the README's table and picture are those of the newest contest.
class ReadmeTableTest {

    private static void results(Path root, String date, double ours) {
        BenchResults.Series us = new BenchResults.Series("fusedvae", "cpu", Optional.of(Samples.of(List.of(ours, ours, ours))));
        BenchResults.Series peer = new BenchResults.Series("torch eager", "2.14", Optional.of(Samples.of(List.of(4.0, 4.0, 4.0))));
        new BenchResults("peers", Map.of("commit", "0123456789abcdef", "date", date, "machine", "a machine", "device", "cpu", "jdk", "25"),
                List.of(new BenchResults.Row("train S batch 128", "ms", List.of(us, peer), Map.of()))).write(root.resolve("bench/results/" + date + "-a-peers.json"));
    }

    private static Path tree(Path root, String readme) throws IOException {
        Files.createDirectories(root.resolve("bench/results"));
        Files.createDirectories(root.resolve("bench/pictures"));
        Files.writeString(root.resolve("README.md"), readme);
        return root;
    }

    @Test
    void table_isOfTheNewestContest_andStaysCurrentUntilThereIsANewerOne(@TempDir Path folder) throws IOException {
        ReadmeTable table = new ReadmeTable(tree(folder, "# A\n\n<!-- peers -->\nold\n<!-- /peers -->\nthe rest\n"));
        results(folder, "2026-01-02", 2);
        results(folder, "2026-01-01", 1);
        assertEquals(2, table.stale().size());
        assertTrue(table.write().endsWith("2026-01-02-a-peers.json"));
        String text = Files.readString(folder.resolve("README.md"));
        assertTrue(text.startsWith("# A\n\n<!-- peers -->\n| |") && text.endsWith("\n<!-- /peers -->\nthe rest\n") && !text.contains("old"), text);
        assertTrue(text.contains("| train S batch 128 | 2.00 ms | 4.00 ms | **2.00** (2.00–2.00) |"), text);
        assertTrue(text.contains("(bench/results/2026-01-02-a-peers.json)") && text.contains("(bench/pictures/peers.svg)"), text);
        assertTrue(Files.readString(folder.resolve("bench/pictures/peers.svg")).startsWith("<svg"));
        assertEquals(List.of(), table.stale());
        results(folder, "2026-01-03", 1);
        assertEquals(2, table.stale().size());
        table.write();
        assertEquals(List.of(), table.stale());
        Files.writeString(folder.resolve("README.md"), Files.readString(folder.resolve("README.md")).replace("1.00 ms", "0.50 ms"));
        assertEquals(List.of("the table of README.md is not that of bench/results/2026-01-03-a-peers.json; run fvae lab readme"), table.stale());
    }

    @Test
    void readmeWithoutMarkers_andFolderWithoutResults_areRefusedInOneSentence(@TempDir Path folder) throws IOException {
        ReadmeTable table = new ReadmeTable(tree(folder, "# A\n"));
        assertTrue(assertThrows(IoFailure.class, table::write).getMessage().endsWith("make them with fvae bench peers"));
        results(folder, "2026-01-02", 2);
        assertTrue(assertThrows(IoFailure.class, table::write).getMessage().endsWith(
                "has no place for the table; put the lines <!-- peers --> and <!-- /peers --> where it is to be"));
        assertEquals("# A\n", Files.readString(folder.resolve("README.md")));
        assertTrue(Files.notExists(folder.resolve("bench/pictures/peers.svg")));
    }

    /// The project's own: current as soon as it has the markers and a contest.
    @Test
    void readmeOfThisProject_isCurrent() throws IOException {
        boolean markers = Files.readString(Path.of("README.md")).contains("<!-- peers -->");
        boolean contest;
        try (var files = Files.list(Path.of("bench/results"))) {
            contest = files.anyMatch(f -> f.toString().endsWith("-peers.json"));
        }
        if (markers) {
            assertTrue(contest, "README.md has a place for the table of a contest, and bench/results has no DATE-MACHINE-peers.json");
            assertEquals(List.of(), new ReadmeTable(Path.of("").toAbsolutePath()).stale());
        } else {
            System.out.println("README.md has no <!-- peers --> markers yet, so there is no table to be current" + (contest ? ", though there is a contest" : ""));
        }
    }
}
