package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AblationTest {
    private static final Turns.Effort SHORT = new Turns.Effort(0.01, 0.001, 3);
    private static final VaeSpec SPEC = VaeSpec.of(20, List.of(12), 3);
    private static final Map<String, String> CONDITIONS = Map.of("commit", "abc", "date", "2026-01-01", "machine", "test", "device", "none", "jdk", "25");

    private static AblationResult run(Backend... backends) {
        return new Ablation(SPEC, TrainSpec.standard(1, 1).withBatchSize(8), SHORT, note -> { }).run(List.of(backends));
    }

    @Test
    void everyLevel_andEveryRuleSwitchedOff_hasTheSameLossesAndATime() {
        try (CpuBackend cpu = new CpuBackend(1)) {
            AblationResult result = run(cpu);
            assertTrue(result.agrees() && result.worst() <= Ablation.AGREE, () -> String.valueOf(result.worst()));
            List<Ablation.Line> levels = result.lines().stream().filter(Ablation.Line::whole).toList();
            assertEquals(List.of(FusionLevel.values()), levels.stream().map(l -> l.fusion().level()).toList());
            assertTrue(levels.getFirst().launches() > levels.get(1).launches() && levels.get(1).launches() > levels.getLast().launches());
            assertTrue(levels.getFirst().bytes() > levels.get(1).bytes() && levels.get(1).bytes() > levels.getLast().bytes());
            assertTrue(result.lines().stream().allMatch(l -> l.micros().isPresent() && l.micros().get().values().size() == 3 && l.arenaBytes() > 0));
            List<Kind> off = result.lines().stream().filter(l -> !l.whole()).map(l -> l.fusion().without().iterator().next()).toList();
            assertTrue(off.containsAll(List.of(Kind.LINEAR_BIAS_ACT, Kind.LATENT_FORWARD, Kind.LINEAR_BACKWARD_UPDATE)), off.toString());
            assertFalse(off.contains(Kind.LINEAR), "a primitive op is no rule's result");
        }
    }

    /// Switching a fusion off never lets a step move less.
    @Test
    void withoutARule_aStepMovesMoreOrLaunchesMore() {
        try (CpuBackend cpu = new CpuBackend(1)) {
            AblationResult result = run(cpu);
            for (Ablation.Line l : result.lines()) {
                if (!l.whole()) {
                    assertTrue(l.bytes() > result.whole(l).bytes() || l.launches() > result.whole(l).launches(), l.fusion().text());
                    assertEquals(3, result.buys(l).orElseThrow().values().size());
                }
            }
        }
    }

    @Test
    void untimedBackend_hasLossesButNoTimes() {
        try (CpuBackend cpu = new CpuBackend(1); ReferenceBackend reference = new ReferenceBackend()) {
            AblationResult result = run(cpu, reference);
            List<Ablation.Line> oracle = result.lines().stream().filter(l -> l.backend().equals("reference")).toList();
            assertTrue(oracle.stream().allMatch(l -> l.agrees() && l.micros().isEmpty() && l.ran().endsWith("not timed, its clock says nothing about kernels")), oracle.toString());
            assertEquals(List.of("cpu"), result.roofs().stream().map(AblationResult.BackendRoofs::backend).toList());
        }
    }

    @Test
    void backendWithOtherLosses_hasNoTime() {
        try (CpuBackend cpu = new CpuBackend(1); CpuBackend inner = new CpuBackend(1); Backend wrong = new Wrong(inner)) {
            AblationResult result = run(cpu, wrong);
            assertFalse(result.agrees());
            List<Ablation.Line> lines = result.lines().stream().filter(l -> l.backend().equals("wrong")).toList();
            assertFalse(lines.isEmpty());
            assertTrue(lines.stream().allMatch(l -> l.micros().isEmpty() && l.ran().endsWith("no time, its losses differ")), lines.toString());
        }
    }

    /// The cpu path with losses that are a thousandth too large.
    private record Wrong(CpuBackend inner) implements Backend {
        @Override
        public String name() {
            return "wrong";
        }

        @Override
        public String device() {
            return "a liar";
        }

        @Override
        public Executable load(Plan plan, Feed feed) {
            Executable real = inner.load(plan, feed);
            return (Executable) Proxy.newProxyInstance(Executable.class.getClassLoader(), new Class<?>[] {Executable.class}, (proxy, method, args) -> {
                try {
                    Object result = method.invoke(real, args);
                    if (method.getName().equals("run")) {
                        double[] metrics = (double[]) args[2];
                        for (int i = 0; i < metrics.length; i++) {
                            metrics[i] *= 1.001;
                        }
                    }
                    return result;
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
        }

        @Override
        public void close() {}
    }

    @Test
    void resultsFile_holdsStepsCallsAndRoofs_andCanBeDrawn(@TempDir Path folder) {
        try (CpuBackend cpu = new CpuBackend(1)) {
            AblationResult result = run(cpu);
            BenchResults results = result.results(CONDITIONS);
            results.write(folder.resolve("a.json"));
            BenchResults read = BenchResults.read(folder.resolve("a.json"));
            assertEquals(results, read);
            assertEquals(read.rows().size(), read.rows().stream().map(BenchResults.Row::name).distinct().count());
            Map<String, Long> kinds = read.rows().stream().collect(Collectors.groupingBy(r -> r.facts().get("kind"), Collectors.counting()));
            assertEquals(result.lines().size(), kinds.get("step"));
            assertEquals(2, kinds.get("roof"));
            assertEquals(1 + FusionLevel.values().length, LabCharts.of(read).size());
            assertTrue(LabCharts.page(List.of(read)).html().contains("<svg"));
        }
    }
}
