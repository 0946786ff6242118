package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.BackendUnavailableException;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScaleTest {
    private static final Turns.Effort SHORT = new Turns.Effort(0.01, 0.001, 3);
    private static final VaeSpec SPEC = VaeSpec.of(20, List.of(12), 3);
    private static final Map<String, String> CONDITIONS = Map.of("commit", "abc", "date", "2026-01-01", "machine", "test", "device", "none", "jdk", "25");

    private static Scale.Point point(int at, double micros) {
        return new Scale.Point(Scale.Axis.BATCH, at, "cpu", "1-1-1", at, "test", Optional.of(Samples.of(List.of(micros))));
    }

    @Test
    void fit_findsALineExactly() {
        Scale.Fit fit = Scale.Fit.of(Stream.of(1, 8, 64, 512).map(x -> point(x, 5 + 2.0 * x)).toList()).orElseThrow();
        assertEquals(5, fit.fixed(), 1e-9);
        assertEquals(2, fit.each(), 1e-12);
        assertEquals(0, fit.worst(), 1e-12);
        assertTrue(Scale.Fit.of(List.of(point(1, 1), point(2, 2))).isEmpty());
    }

    @Test
    void pictureOfACurve_saysItsFitAndWhatRan() {
        List<Scale.Point> line = Stream.of(1, 8, 64, 512).map(x -> point(x, 5 + 2.0 * x)).toList();
        String caption = LabCharts.of(Scale.results(line, CONDITIONS)).getFirst().caption();
        assertEquals("Medians of interleaved turns on test; net 1-1-1. Fit of cpu: 5.0 µs + 2.0000 µs · batch, off by up to 0 %.", caption);
    }

    @Test
    void everyAxis_changesWhatItSays() {
        try (CpuBackend cpu = new CpuBackend(1)) {
            Scale scale = new Scale(SPEC, 8, SHORT);
            assertEquals(List.of(2, 5), scale.points(cpu, Scale.Axis.BATCH, List.of(2, 5)).stream().map(Scale.Point::batch).toList());
            assertEquals(List.of("20-7-3-7-20"), scale.points(cpu, Scale.Axis.WIDTH, List.of(7)).stream().map(Scale.Point::shape).toList());
            assertEquals(List.of("20-12-9-12-20"), scale.points(cpu, Scale.Axis.LATENT, List.of(9)).stream().map(Scale.Point::shape).toList());
            List<Scale.Point> threads = scale.points(cpu, Scale.Axis.THREADS, List.of(1, 2));
            assertTrue(threads.stream().allMatch(p -> p.micros().orElseThrow().values().size() == 3));
            BenchResults results = Scale.results(threads, CONDITIONS);
            assertEquals(1, LabCharts.of(results).size());
        }
    }

    @Test
    void backendWithoutClock_isRefused() {
        try (ReferenceBackend reference = new ReferenceBackend()) {
            assertTrue(assertThrows(BackendUnavailableException.class, () -> new Scale(SPEC, 8, SHORT).points(reference, Scale.Axis.BATCH, List.of(1)))
                    .getMessage().contains("nothing can be scaled there"));
        }
    }
}
