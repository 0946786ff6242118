package dev.fusedvae.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.PeerTable;
import dev.fusedvae.lab.Samples;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
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
        return file(name, "step S", "25", samples);
    }

    private String file(String name, String row, String jdk, double... samples) {
        Map<String, String> environment = Map.of("commit", "abc", "date", "2026-01-01", "machine", "test", "device", "none", "jdk", jdk);
        BenchResults.Series series = new BenchResults.Series("fusedvae", "cpu", Optional.of(Samples.of(DoubleStream.of(samples).boxed().toList())));
        new BenchResults("steps", environment, List.of(new BenchResults.Row(row, "us", List.of(series), Map.of()))).write(folder.resolve(name));
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
    void filesWithNothingInCommon_areRefused_ratherThanFoundEqual() {
        Ended other = run("compare", file("a.json", 1), file("b.json", "noise", "25", 1));
        assertEquals(3, other.code());
        assertTrue(other.err().contains("have no time in common; compare files of the same benchmark"), other.err());
        assertEquals("", other.out());
    }

    @Test
    void otherConditions_areSaidBesideTheVerdict() {
        Ended other = run("compare", file("a.json", 10, 10, 10), file("b.json", "step S", "26", 12, 12, 12));
        assertEquals(1, other.code());
        assertEquals("fvae bench: not only the code differs: jdk was 25 and is 26", other.err().strip());
    }

    private String conditions(String name, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(Map.of("commit", name, "date", "2026-01-01", "machine", "test", "device", "none", "jdk", "25"));
        environment.putAll(more);
        BenchResults.Series series = new BenchResults.Series("fusedvae", "cpu", Optional.of(Samples.of(List.of(1.0, 1.0, 1.0))));
        new BenchResults("peers", environment, List.of(new BenchResults.Row("train S", "ms", List.of(series), Map.of()))).write(folder.resolve(name));
        return folder.resolve(name).toString();
    }

    @Test
    void everyConditionOfAContestOrOfJmh_isCompared_andARunsOwnMarksAreNot() {
        for (String key : List.of("driver", "flags", "data", "rounds", "stepsBeforeTiming", "harness", "transparentHugePages", "torch", "jax 2")) {
            Ended other = run("compare", conditions("a.json", Map.of(key, "one")), conditions("b.json", Map.of(key, "two")));
            assertEquals("fvae bench: not only the code differs: " + key + " was one and is two", other.err().strip());
            assertEquals(0, other.code());
        }
        Ended missing = run("compare", conditions("a.json", Map.of("data", "MNIST", "torch", "2.14")), conditions("b.json", Map.of("jax 1", "0.10")));
        assertEquals("fvae bench: not only the code differs: data was MNIST and is unknown", missing.err().strip());
        assertEquals("", run("compare", conditions("a.json", Map.of("loadAverage", "0.1")), conditions("b.json", Map.of("loadAverage", "0.2"))).err());
    }

    @Test
    void belowAContest_standItsRules_andMedianMinimumAndSpreadOfEveryone() {
        BenchResults.Series ours = new BenchResults.Series("fusedvae", "cpu", Optional.of(Samples.of(List.of(1.0, 2.0, 3.0))));
        BenchResults.Series absent = new BenchResults.Series("jax jit", "not here", Optional.empty());
        BenchResults results = new BenchResults("peers", Map.of("commit", "abc", "date", "2026-01-01", "machine", "test", "device", "none", "jdk", "25"),
                List.of(new BenchResults.Row("train S", "ms", List.of(ours, absent), Map.of())));
        List<String> lines = Tables.contest(results);
        assertEquals(List.of(PeersCommand.RULES, PeerTable.RULE), lines.subList(1, 3));
        assertEquals(List.of("| train S | fusedvae | 2.000 ms | 1.000 | 50.0 % | cpu |", "| train S | jax jit | – | – | – | not here |"), lines.subList(6, 8));
        String help = run("peers", "--help").out().replaceAll("\\s+", " ");
        assertTrue(help.contains(PeersCommand.RULES) && help.contains(PeerTable.RULE), help);
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
        for (List<String> arguments : List.of(List.of("stesp"), List.of("compare"), List.of("peers", "--rows", "T:128"), List.of("peers", "--rounds", "0"),
                List.of("peers", "--threads", "0"), List.of("steps", "--quik"))) {
            Ended ended = run(arguments.toArray(String[]::new));
            assertEquals(2, ended.code(), arguments.toString());
            assertTrue(ended.err().startsWith("fvae bench") && ended.err().strip().endsWith(" --help"), ended.err());
            assertEquals(1, ended.err().lines().count(), ended.err());
        }
    }

    @Test
    void unwritableResultsFolder_isRefusedBeforeAnythingRuns() throws Exception {
        Path blocked = Files.writeString(folder.resolve("blocked"), "a file");
        Ended ended = run("steps", "--out", blocked.resolve("r.json").toString());
        assertEquals(3, ended.code());
        assertTrue(ended.err().contains("cannot make the results folder"), ended.err());
        assertEquals(1, ended.err().lines().count());
        Ended place = run("steps", "--out", folder.toString());
        assertEquals(3, place.code());
        assertEquals("fvae bench: " + folder + " is a folder; name a file by --out", place.err().strip());
    }
}
