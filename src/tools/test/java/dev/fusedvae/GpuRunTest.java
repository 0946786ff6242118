package dev.fusedvae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The scripts of bench/gpu as far as they can be tried without a GPU and without a bundle.
class GpuRunTest {
    private static final Path FOLDER = Path.of("bench", "gpu").toAbsolutePath();
    private static final List<String> STAGES = List.of("doctor", "tests", "verify", "training", "steps", "ladder", "ablate", "explain", "micro",
            "peers", "sanitize", "ncu");

    private record Ended(int code, String output) {}

    private static Ended run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process = Child.limited(builder.start());
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    private static void assumePython() throws InterruptedException {
        try {
            Assumptions.assumeTrue(run("python3", "-c", "import sys; sys.exit(sys.version_info < (3, 10))").code() == 0, "skipped: needs python3 from 3.10 on");
        } catch (IOException e) {
            Assumptions.abort("skipped: needs python3");
        }
    }

    @Test
    void shellScripts_parse() throws IOException, InterruptedException {
        for (String script : List.of("prepare", "run", "digest")) {
            assertEquals(new Ended(0, ""), run("sh", "-n", FOLDER.resolve(script).toString()), script);
            assertTrue(Files.isExecutable(FOLDER.resolve(script)), script);
        }
    }

    @Test
    void pythonScripts_parse() throws IOException, InterruptedException {
        assumePython();
        try (Stream<Path> files = Files.walk(Path.of("bench"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".py")).toList()) {
                assertEquals(new Ended(0, ""), run("python3", "-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())", file.toString()), file.toString());
            }
        }
    }

    /// They say what fails by themselves; those of the peers skip what is not installed.
    @Test
    void pythonTests_pass() throws IOException, InterruptedException {
        assumePython();
        for (Path file : List.of(FOLDER.resolve("harness_test.py"), FOLDER.resolveSibling("peers").resolve("peers_test.py"))) {
            Ended ended = run("python3", file.toString());
            assertEquals(0, ended.code(), ended.output());
        }
    }

    @Test
    void dryRun_writesResultsOfThePromisedForm(@TempDir Path out) throws IOException, InterruptedException {
        assumePython();
        Ended ended = run(FOLDER.resolve("run").toString(), "--dry", out.toString());
        assertEquals(0, ended.code(), ended.output());
        JsonNode results = new ObjectMapper().readTree(out.resolve("results.json").toFile());
        assertForm(results);
        assertEquals(STAGES, StreamSupport.stream(results.get("stages").spliterator(), false).map(s -> s.get("name").asText()).toList());
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(Set.of("results.json", "summary.txt", "bench.tar.gz", "logs.tar.gz"), Set.copyOf(files.map(f -> f.getFileName().toString()).toList()));
        }
    }

    /// A reply of a lent machine holds the last 12,000 characters.
    @Test
    void digest_staysShortAndNamesWhatIsWrong() throws IOException, InterruptedException {
        assumePython();
        String script = """
                import sys
                sys.path.insert(0, sys.argv[1])
                from digest import digest
                series = [{"who": w, "ran": "x" * 90, "median": 1.5} for w in ("cublas", "1_naive", "2_tiled")]
                rows = [{"name": "n" * 80, "unit": "ms", "series": series + [{"who": "slow", "ran": "failed: too slow"}]} for _ in range(200)]
                ops = [{"op": "o" * 40, "worst": None, "passed": False, "defects": [{"guard": "g", "shape": "s", "what": "w" * 400}] * 9}] * 90
                stages = {"steps": {"rows": rows}, "peers": {"rows": rows}, "verify": {"ops": ops}, "training": {"oops": 1},
                          "ladder": {"ops": {"a": {"rows": [{**r, "series": series} for r in rows]}}}}
                print("\\n".join(digest({"stages": [{"name": n, "results": r} for n, r in stages.items()]})))
                """;
        Ended ended = run("python3", "-c", script, FOLDER.resolve("harness").toString());
        assertEquals(0, ended.code(), ended.output());
        assertTrue(ended.output().length() < 10_500, ended.output().length() + " characters");
        assertTrue(ended.output().contains("FAIL slow: failed: too slow") && ended.output().contains("== training\ncannot be summarized: KeyError"), ended.output());
        assertTrue(ended.output().contains("-> 1_naive") && ended.output().contains("more lines; see results.json"), ended.output());
    }

    @Test
    void digest_hasARatioOfTheFastestPeer_orWhyThereIsNone() throws IOException, InterruptedException {
        assumePython();
        String script = """
                import sys
                sys.path.insert(0, sys.argv[1])
                from digest import digest
                series = [{"who": w, "ran": w, "median": m, "samples": [m, m]} for w, m in (("fusedvae", 2), ("torch eager", 8), ("jax scan", 3))]
                rows = [{"name": "proven", "series": series}, {"name": "not", "series": series, "facts": {"noRatio": "losses of jax scan differ"}}]
                print("\\n".join(digest({"stages": [{"name": "peers", "results": {"rows": rows}}]})))
                """;
        Ended ended = run("python3", "-c", script, FOLDER.resolve("harness").toString());
        assertTrue(ended.output().contains("fastest peer / ours: 1.50 (jax scan)") && ended.output().contains("no ratio: losses of jax scan differ"), ended.output());
        assertEquals(1, ended.output().split("fastest peer", -1).length - 1, ended.output());
    }

    @Test
    void parts_fitIntoACommandOfTenMinutes_andHoldEveryStageOnce() throws IOException, InterruptedException {
        assumePython();
        String script = """
                import sys
                sys.path.insert(0, sys.argv[1])
                from stages import PARTS, STAGES
                print([n for names in PARTS.values() for n in names] == list(STAGES), max(sum(STAGES[n][1] for n in names) for names in PARTS.values()) <= 540)
                """;
        assertEquals(new Ended(0, "True True\n"), run("python3", "-c", script, FOLDER.resolve("harness").toString()));
    }

    @Test
    void readme_namesEveryStage() throws IOException {
        String readme = Files.readString(FOLDER.resolve("README.md"));
        STAGES.forEach(stage -> assertTrue(readme.contains("`" + stage + "`"), stage));
    }

    @Test
    void unknownStage_isRefusedWithTheKnownOnes(@TempDir Path out) throws IOException, InterruptedException {
        assumePython();
        Ended ended = run(FOLDER.resolve("run").toString(), "--dry", "--only", "doctor,speed", out.toString());
        assertEquals(2, ended.code(), ended.output());
        assertTrue(ended.output().contains("no stage is called speed; there are " + String.join(", ", STAGES)), ended.output());
    }

    /// Results that were committed say what ran, on what and when, and are no rehearsal.
    @Test
    void committedResults_areOfAGpu() throws IOException {
        List<Path> gpuRuns = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("bench", "results"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                if (new ObjectMapper().readTree(file.toFile()).path("schema").asText().startsWith("fusedvae-gpu-run/")) {
                    gpuRuns.add(file);
                }
            }
        }
        for (Path file : gpuRuns) {
            JsonNode results = new ObjectMapper().readTree(file.toFile());
            assertForm(results);
            assertEquals("gpu", results.get("mode").asText(), file.toString());
            assertTrue(results.get("machine").get("gpu").hasNonNull("name"), file + " names no device");
        }
    }

    private static void assertForm(JsonNode results) {
        assertEquals("fusedvae-gpu-run/1", results.get("schema").asText());
        for (String field : List.of("commit", "date", "mode")) {
            assertTrue(results.get(field).isTextual(), field);
        }
        assertTrue(results.get("changed").isBoolean() && results.get("quick").isBoolean() && results.get("machine").isObject(), results.toString());
        for (JsonNode stage : results.get("stages")) {
            assertTrue(Set.of("ok", "failed", "skipped").contains(stage.get("status").asText()), stage.toString());
            assertTrue(stage.get("status").asText().equals("ok") || stage.get("reason").isTextual(), stage.toString());
            assertTrue(stage.get("seconds").isNumber() && stage.get("results").isObject(), stage.toString());
            assertTrue(stage.has("clocksBefore") && stage.has("clocksAfter"), stage.toString());
        }
    }
}
