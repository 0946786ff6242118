package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.run.BackendUnavailableException;
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
            List<Scale.Point> all = new Scale(SPEC, 8, SHORT).points(cpu, List.of(new Scale.Place(Scale.Axis.BATCH, 2), new Scale.Place(Scale.Axis.BATCH, 5),
                    new Scale.Place(Scale.Axis.WIDTH, 7), new Scale.Place(Scale.Axis.LATENT, 9), new Scale.Place(Scale.Axis.THREADS, 1), new Scale.Place(Scale.Axis.THREADS, 2)));
            assertEquals(List.of(2, 5, 8, 8, 8, 8), all.stream().map(Scale.Point::batch).toList());
            assertEquals(List.of("20-7-3-7-20", "20-12-9-12-20", "20-12-3-12-20"), all.stream().skip(2).limit(3).map(Scale.Point::shape).toList());
            List<Scale.Point> threads = all.subList(4, 6);
            assertEquals(List.of(true, true), threads.stream().map(p -> p.ran().contains(p.at() + " thread")).toList(), threads.toString());
            assertTrue(all.stream().allMatch(p -> p.micros().orElseThrow().values().size() == 3));
            BenchResults results = Scale.results(threads, CONDITIONS);
            assertEquals(1, LabCharts.of(results).size());
        }
    }

    @Test
    void backendWithoutClock_isRefused() {
        try (ReferenceBackend reference = new ReferenceBackend()) {
            assertTrue(assertThrows(BackendUnavailableException.class, () -> new Scale(SPEC, 8, SHORT).points(reference, List.of(new Scale.Place(Scale.Axis.BATCH, 1))))
                    .getMessage().contains("nothing can be scaled there"));
        }
    }

    private static Scale.Point common(Scale.Axis axis, int at, String ran, double micros) {
        return new Scale.Point(axis, at, "cpu", "4-2-1-2-4", 8, ran, Optional.of(Samples.of(List.of(micros, micros, micros))));
    }

    @Test
    void pointOfSeveralAxes_thatDiffers_isAWarning_inFileAndPicture() {
        List<Scale.Point> points = List.of(common(Scale.Axis.BATCH, 8, "amd64, 2 threads, 512-bit vectors", 1894), common(Scale.Axis.THREADS, 2, "amd64, 2 threads", 1309),
                common(Scale.Axis.THREADS, 1, "amd64, 1 thread", 2500));
        BenchResults results = Scale.results(points, CONDITIONS);
        String warning = "One step, of net 4-2-1-2-4 at batch 8, takes 1309 µs as threads 2, cpu and 1894 µs as batch 8, cpu: 45 %"
                + " apart, so no curve of this file is more exact; measure again on a quieter machine.";
        assertEquals(List.of(warning), CommonPoints.warnings(results));
        assertEquals(List.of(true, true, false), results.rows().stream().map(r -> warning.equals(r.facts().get(CommonPoints.WARNING))).toList());
        assertTrue(LabCharts.of(results).stream().allMatch(p -> p.caption().endsWith(warning)), LabCharts.of(results).toString());
    }

    @Test
    void pointOfSeveralAxes_withinTheNoise_isNoWarning() {
        List<Scale.Point> points = List.of(common(Scale.Axis.BATCH, 8, "amd64, 2 threads", 105), common(Scale.Axis.THREADS, 2, "amd64, 2 threads", 100));
        assertEquals(List.of(), CommonPoints.warnings(Scale.results(points, CONDITIONS)));
    }
}
