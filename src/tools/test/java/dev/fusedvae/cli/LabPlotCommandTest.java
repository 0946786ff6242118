package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the pictures of results files are called.
class LabPlotCommandTest {
    @TempDir
    Path folder;

    /// A scaling curve along `axis`.
    private String scale(String file, String axis) throws IOException {
        Map<String, String> environment = Map.of("commit", "abc", "date", "2026-01-01", "machine", "test", "device", "none", "jdk", "25");
        BenchResults.Series series = new BenchResults.Series("cpu", "test", Optional.of(Samples.of(List.of(1.0, 2.0, 3.0))));
        Path place = folder.resolve(file);
        Files.createDirectories(place.getParent());
        new BenchResults("scale", environment, List.of(new BenchResults.Row(axis + " 8, cpu", "µs", List.of(series),
                Map.of("kind", "scale", "axis", axis, "at", "8", "net", "4-2-1-2-4", "batch", "8")))).write(place);
        return place.toString();
    }

    private Cli.Ran plot(String... files) {
        return Cli.run(Stream.concat(Stream.of("lab", "plot", "--out", folder.resolve("page.html").toString(), "--pictures", folder.resolve("p").toString()),
                Stream.of(files)).toArray(String[]::new));
    }

    @Test
    void oneFileOfAKind_namesItsPicturesByTheKind() throws IOException {
        Cli.Ran ran = plot(scale("any.json", "batch")).expect(Exit.OK);
        assertTrue(ran.out().strip().endsWith(folder.resolve("p/scale-1.svg").toString()), ran.out());
        assertTrue(Files.exists(folder.resolve("p/scale-1.png")));
    }

    @Test
    void twoFilesOfAKind_haveTheirPicturesSideBySide() throws IOException {
        plot(scale("before.json", "batch"), scale("v1.2.json", "width")).expect(Exit.OK);
        assertTrue(Files.readString(folder.resolve("p/before-1.svg")).contains("A training step of 4-2-1-2-4 by batch"));
        assertTrue(Files.readString(folder.resolve("p/v1.2-1.svg")).contains("A training step of 4-width-1-width-4 by width"));
        assertFalse(Files.exists(folder.resolve("p/scale-1.svg")));
    }

    @Test
    void picturesOfOneName_areRefusedBeforeAnythingIsWritten() throws IOException {
        Cli.Ran ran = plot(scale("a/s.json", "batch"), scale("b/s.json", "width")).expect(Exit.USAGE);
        assertTrue(ran.err().contains("would both be called s-1.svg; give one file another name"), ran.err());
        assertFalse(Files.exists(folder.resolve("page.html")));
        assertEquals(List.of("scale", "ablation"), LabPlotCommand.names(List.of(Path.of("x"), Path.of("y")), List.of("scale", "ablation")));
    }
}
