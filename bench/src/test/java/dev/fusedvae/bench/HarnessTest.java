package dev.fusedvae.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.lab.BenchResults;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class HarnessTest {
    private static BenchResults.Row row(Map<String, String> facts) {
        return new BenchResults.Row("step S", "us", List.of(), facts);
    }

    private static Task task(OptionalDouble allocation) {
        return new Task("steps", StepBench.class, "step", Map.of(), "step", "cpu", Figure.MICROS, allocation, List.of());
    }

    @Test
    void allocationAboveTheBound_isSaid_andSoIsNoFigureAtAll() {
        assertTrue(Harness.broken(task(Suite.NOTHING), row(Map.of(Harness.ALLOCATED, "3.2"))).isEmpty());
        assertEquals("step S allocates 24.000 bytes an operation, more than the 13.0 that JMH itself may",
                Harness.broken(task(Suite.NOTHING), row(Map.of(Harness.ALLOCATED, "24.000", Harness.HARNESS, "5.000"))).orElseThrow());
        assertTrue(Harness.broken(task(Suite.NOTHING), row(Map.of(Harness.ALLOCATED, "24.000", Harness.HARNESS, "20.000"))).isEmpty());
        assertTrue(Harness.broken(task(Suite.NOTHING), row(Map.of())).isPresent());
        // the order of an epoch, made anew in every run of 20 steps, once hid below a bound for each step
        assertTrue(Harness.broken(task(Suite.NOTHING), row(Map.of(Harness.ALLOCATED, "14.000", Harness.HARNESS, "8.000", Harness.OPERATIONS, "20"))).isPresent());
        assertTrue(Harness.broken(task(OptionalDouble.empty()), row(Map.of(Harness.ALLOCATED, "24.000"))).isEmpty());
    }

    @Test
    void verdict_takesOffWhatJmhAllocates_andSaysSo() {
        Map<String, String> harnessOnly = Map.of(Harness.ALLOCATED, "364.000", Harness.HARNESS, "409.600");
        assertEquals("nothing", Harness.verdict(task(Suite.NOTHING), harnessOnly, false));
        assertEquals("allocates 440.000 bytes an operation, more than the 417.6 that JMH itself may",
                Harness.verdict(task(Suite.NOTHING), Map.of(Harness.ALLOCATED, "440.000", Harness.HARNESS, "409.600"), false));
        assertTrue(Harness.verdict(task(Suite.NOTHING), Map.of(Harness.ALLOCATED, "440.000"), true).contains("not judged"));
        assertTrue(Harness.EXPLAINED.contains(Harness.HARNESS + " is 8192 over"), Harness.EXPLAINED);
    }

    @Test
    void medianOfIterationsThatAllocate_isNoFigure_evenIfOneDoesNot() {
        assertEquals("step S allocates in 6 of 10 of its iterations: it was not compiled in time; measure again on a quieter machine",
                Harness.broken(task(Suite.NOTHING), row(Map.of(Harness.ALLOCATED, "0.0", Harness.UNCOMPILED, "6 of 10"))).orElseThrow());
        assertTrue(Harness.broken(task(Suite.NOTHING), row(Map.of(Harness.ALLOCATED, "0.0", Harness.UNCOMPILED, "5 of 10"))).isEmpty());
    }

    @Test
    void everyRow_namesItsNetAndItsVariant() {
        for (Task task : Suite.of(Set.copyOf(Suite.WHAT), true)) {
            Map<String, String> values = task.parameters().entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().getFirst()));
            Map<String, String> facts = Subject.facts(values);
            assertEquals(values.containsKey("net"), facts.containsKey("spec"), task.name());
            assertFalse(facts.get("variant").isBlank(), task.name());
        }
        assertEquals("784-200-200-50-200-200-784, tanh, bernoulli, vae", Subject.facts(Map.of("net", "I")).get("spec"));
        assertTrue(Subject.facts(Map.of("net", "S", "batch", "128", "fusion", "epilogue", "backend", Devices.STAND_IN)).get("variant")
                .contains("likelihood_grad/1_naive"));
    }

    @Test
    void figures_turnMicrosecondsIntoTheirUnit() {
        assertEquals(2500, Figure.NANOS.of(2.5));
        assertEquals(0.5, Figure.SECONDS.of(500_000));
        assertEquals(400_000, Figure.EXAMPLES.of(2.5));
        assertEquals(200, Figure.NORMALS.of(0.005));
    }

    @Test
    void everyTask_namesABenchmarkAndAllItsParameters() throws Exception {
        for (Task task : Suite.of(Set.copyOf(Suite.WHAT), false)) {
            assertEquals(1, List.of(task.bench().getMethods()).stream().filter(m -> m.getName().equals(task.method())).count(), task.benchmark());
            Set<String> fields = new HashSet<>();
            for (var field : task.bench().getDeclaredFields()) {
                if (field.isAnnotationPresent(org.openjdk.jmh.annotations.Param.class)) {
                    fields.add(field.getName());
                }
            }
            assertEquals(fields, task.parameters().keySet(), task.benchmark());
        }
    }

    @Test
    void rowNames_areDistinct_soThatFilesCanBeCompared() {
        Set<String> seen = new HashSet<>();
        for (Task task : Suite.of(Set.copyOf(Suite.WHAT), false)) {
            for (String name : task.names()) {
                assertTrue(seen.add(name), name);
                assertFalse(name.contains("{"), name);
            }
        }
        assertTrue(seen.size() > 60, "only " + seen.size() + " rows");
    }

    @Test
    void deadFork_isOneSentence() {
        Task task = new Task("steps", StepBench.class, "step", Map.of("net", List.of("nonsense"), "batch", List.of("1"), "fusion", List.of("layer"),
                "threads", List.of("1"), "backend", List.of("cpu"), "replay", List.of("graph")), "step", "cpu", Figure.MICROS, OptionalDouble.empty(), List.of());
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        String message = assertThrows(Harness.Crashed.class, () -> new Harness(Task.Length.QUICK, new PrintStream(log)).run(task)).getMessage();
        assertEquals("a process of dev.fusedvae.bench.StepBench.step failed (net must be S, I, big or widths such as 784-400-20, got nonsense);"
                + " its output is above and nothing was written", message);
        assertTrue(log.toString(StandardCharsets.UTF_8).contains("got nonsense"), log.toString(StandardCharsets.UTF_8));
    }
}
