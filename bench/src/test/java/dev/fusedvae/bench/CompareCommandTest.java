package dev.fusedvae.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.Samples;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
    @TempDir
    Path folder;

    private String file(String name, double... samples) {
        Map<String, String> environment = Map.of("commit", "abc", "date", "2026-01-01", "machine", "test", "device", "none", "jdk", "25");
        BenchResults.Series series = new BenchResults.Series("fusedvae", "cpu", Optional.of(Samples.of(DoubleStream.of(samples).boxed().toList())));
        new BenchResults("steps", environment, List.of(new BenchResults.Row("step S", "us", List.of(series), Map.of()))).write(folder.resolve(name));
        return folder.resolve(name).toString();
    }

    /// What went to stdout and stderr, and the exit code.
    private record Ended(int code, String out, String err) {}

    private static Ended run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream stdout = System.out;
        PrintStream stderr = System.err;
        try (PrintStream o = new PrintStream(out, true, StandardCharsets.UTF_8); PrintStream e = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            System.setOut(o);
            System.setErr(e);
            int code = Main.commandLine().execute(arguments);
            return new Ended(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(stdout);
            System.setErr(stderr);
        }
    }

    @Test
    void slowerBeyondDoubt_isExitCode1AndAVerdict() {
        Ended slower = run("compare", file("a.json", 10, 10.1, 10.2), file("b.json", 12, 12.1, 12.2));
        assertEquals(1, slower.code());
        assertTrue(slower.out().contains("| step S | fusedvae | 10.10 | 12.10 | 1.20 | slower |"), slower.out());
    }

    @Test
    void noiseAndGains_areExitCode0() {
        assertEquals(0, run("compare", file("a.json", 10, 10.1, 10.2), file("b.json", 10.3, 10.2, 10.4)).code());
        Ended faster = run("compare", file("a.json", 10, 10.1, 10.2), file("b.json", 8, 8.1, 8.2), "--json");
        assertEquals(0, faster.code());
        assertTrue(faster.out().contains("\"verdict\" : \"faster\""), faster.out());
    }

    @Test
    void unreadableFiles_areExitCode3AndOneSentence() throws Exception {
        Ended missing = run("compare", file("a.json", 1), folder.resolve("none.json").toString());
        assertEquals(3, missing.code());
        assertEquals(1, missing.err().lines().count());
        Path old = Files.writeString(folder.resolve("old.json"), "{\"schema\": \"other/2\", \"rows\": []}");
        Ended other = run("compare", file("a.json", 1), old.toString());
        assertEquals(3, other.code());
        assertTrue(other.err().contains("has schema other/2, and this program reads fusedvae-bench/1"), other.err());
        Path damaged = Files.writeString(folder.resolve("damaged.json"), "{\"schema\": ");
        assertEquals(3, run("compare", file("a.json", 1), damaged.toString()).code());
    }

    @Test
    void unknownWords_areUsageErrors() {
        assertEquals(2, run("stesp").code());
        assertEquals(2, run("compare").code());
        assertEquals(2, run("peers", "--rows", "T:128").code());
    }

    @Test
    void unwritableResultsFolder_isRefusedBeforeAnythingRuns() throws Exception {
        Path blocked = Files.writeString(folder.resolve("blocked"), "a file");
        Ended ended = run("steps", "--out", blocked.resolve("r.json").toString());
        assertEquals(3, ended.code());
        assertTrue(ended.err().contains("cannot make the results folder"), ended.err());
        assertEquals(1, ended.err().lines().count());
    }
}
