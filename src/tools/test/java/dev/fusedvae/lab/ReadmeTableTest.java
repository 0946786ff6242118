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
        ReadmeTable table = new ReadmeTable(tree(folder, "# A\n\n<!-- peers -->\nstale\n<!-- /peers -->\nthe rest\n"));
        results(folder, "2026-01-02", 2);
        results(folder, "2026-01-01", 1);
        assertEquals(2, table.stale().size());
        assertTrue(table.write().endsWith("2026-01-02-a-peers.json"));
        String text = Files.readString(folder.resolve("README.md"));
        assertTrue(text.startsWith("# A\n\n<!-- peers -->\n| |") && text.endsWith("\n<!-- /peers -->\nthe rest\n") && !text.contains("stale"), text);
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
        assertTrue(assertThrows(IoFailure.class, table::stale).getMessage().contains("has no place for the table"));
        assertEquals("# A\n", Files.readString(folder.resolve("README.md")));
        assertTrue(Files.notExists(folder.resolve("bench/pictures/peers.svg")));
    }

    private static void scale(Path root, String date, double micros) {
        Scale.Point point = new Scale.Point(Scale.Axis.BATCH, 8, "cpu", "4-2-1-2-4", 8, "a cpu, 1 thread", Optional.of(Samples.of(List.of(micros, micros, micros))));
        Scale.results(List.of(point), Map.of("commit", "0123456789abcdef", "date", date, "machine", "a machine", "device", "cpu", "jdk", "25"))
                .write(root.resolve("bench/results/" + date + "-a-scale.json"));
    }

    @Test
    void picturesThatTheReadmeNames_areOfTheNewestResultsOfTheirKind(@TempDir Path folder) throws IOException {
        ReadmeTable table = new ReadmeTable(tree(folder, "[by batch](bench/pictures/scale-1.svg)\n<!-- peers -->\n<!-- /peers -->\n"));
        results(folder, "2026-01-02", 2);
        assertTrue(assertThrows(IoFailure.class, table::write).getMessage().endsWith("make them with fvae scale --out FILE"));
        scale(folder, "2026-01-02", 3);
        table.write();
        assertEquals(List.of(), table.stale());
        Path picture = folder.resolve("bench/pictures/scale-1.svg");
        String current = Files.readString(picture);
        assertTrue(current.contains("A training step by batch") && current.contains("<!-- of 2026-01-02-a-scale.json, CRC-32 "), current);
        Files.writeString(picture, current.replace("by batch", "by width"));
        assertEquals(List.of("bench/pictures/scale-1.svg is not of bench/results/2026-01-02-a-scale.json; run fvae lab readme"), table.stale());
        Files.writeString(picture, current);
        scale(folder, "2026-01-03", 4);
        assertEquals(List.of("bench/pictures/scale-1.svg is not of bench/results/2026-01-03-a-scale.json; run fvae lab readme"), table.stale());
        Files.delete(picture);
        assertEquals(1, table.stale().size());
        table.write();
        Files.writeString(folder.resolve("bench/pictures/scale-2.svg"), current);
        assertEquals(List.of("bench/pictures/scale-2.svg is none of the pictures of bench/results/2026-01-03-a-scale.json; remove it, and its name from README.md"), table.stale());
        assertTrue(assertThrows(IoFailure.class, table::write).getMessage().startsWith("bench/pictures/scale-2.svg is none of the pictures"));
    }

    /// The project's own; without markers this fails, as [ReadmeTable#stale] refuses them.
    @Test
    void readmeOfThisProject_isCurrent() {
        assertEquals(List.of(), new ReadmeTable(Path.of("").toAbsolutePath()).stale());
    }
}
