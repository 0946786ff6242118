package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.backend.cuda.LaunchTime;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.check.Defect;
import dev.fusedvae.check.OpSweep;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.plan.Cost;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.CudaChoice;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("simt")
class LadderTest {

    private static final Ladder.Opener SIMT = new Ladder.Opener() {
        @Override
        public Backend variant(Kind kind, String variant) {
            return open(variant.isEmpty() ? CudaChoice.DEFAULT : CudaChoice.DEFAULT.withVariants(Map.of(kind.label(), variant)));
        }

        @Override
        public Backend cublas() {
            return open(CudaChoice.DEFAULT.withVendor(Set.of(CudaChoice.Vendor.GEMM)));
        }
    };

    private static Backend open(CudaChoice choice) {
        Map<String, String> env = new HashMap<>(System.getenv());
        env.put(Probe.VARIABLE, "simt");
        env.put("XDG_CACHE_HOME", Path.of("target", "cache").toAbsolutePath().toString());
        try {
            return CudaBackend.open(env, choice);
        } catch (BackendUnavailableException e) {
            return Assumptions.abort("skipped: " + e.getMessage());
        }
    }

    @Test
    void everyRung_isVerified_andNothingIsTimedWithoutAGpu() {
        Ladder.Climbed climbed = Ladder.climb(SIMT, Kind.LINEAR_BACKWARD_WEIGHT_BIAS, List.of("13of17x35-21-5-11-35"), List.of());
        assertTrue(climbed.passed());
        assertEquals(List.of("1_naive", "2_tiled"), climbed.rungs().stream().map(Ladder.Rung::variant).toList().subList(0, 2));
        assertTrue(climbed.rungs().stream().allMatch(r -> r.times().isEmpty() && r.report().calls() > 0), climbed.toString());
        assertTrue(!climbed.timed() && climbed.notes().getFirst().startsWith("nothing is timed on SIMT device"), climbed.notes().toString());
    }

    /// What only a GPU runs otherwise; the times themselves mean nothing here.
    @Test
    void everyDistinctCall_isTimedOnceAtEveryPlace_besideTheProductAlone() {
        Ladder.Climbed climbed = Ladder.climb(SIMT, Kind.GATHER_LINEAR_BIAS_ACT, List.of("4x9-5-2-5-9"), List.of("4x9-5-2-5-9", "3x7-6-2-6-7"), true);
        assertEquals(List.of("1_naive", "2_tiled"), climbed.rungs().stream().map(Ladder.Rung::variant).toList());
        for (Ladder.Rung rung : climbed.rungs()) {
            assertEquals(List.of("4x9-5-2-5-9", "3x7-6-2-6-7"), rung.times().stream().map(Ladder.Timed::shape).toList());
            assertTrue(rung.times().stream().allMatch(t -> t.cublas().isPresent() && t.share() > 0 && t.warm().minMicros() > 0), rung.toString());
        }
        assertTrue(climbed.timed());
        assertEquals(List.of(), climbed.notes());
    }

    /// A call that fits into the cache was held against the roof of one that did not, and the other way round.
    @Test
    void everyCall_isUnderTheRoofOfItsOwnSize() {
        List<String> shapes = List.of("4x9-5-2-5-9", "8x100-64-2-64-100");
        Ladder.Climbed climbed = Ladder.climb(SIMT, Kind.GATHER_LINEAR_BIAS_ACT, shapes.subList(0, 1), shapes, true);
        for (Ladder.Rung rung : climbed.rungs()) {
            List<Long> triads = rung.times().stream().map(t -> t.roofs().triadBytes()).toList();
            assertEquals(2, triads.size());
            assertTrue(triads.get(0) < triads.get(1), "as much memory as the call touches: " + triads);
        }
        Ladder.Rung first = climbed.rungs().getFirst();
        climbed.rungs().forEach(rung -> assertEquals(first.times().stream().map(Ladder.Timed::roofs).toList(),
                rung.times().stream().map(Ladder.Timed::roofs).toList(), "variants share the roofs"));
    }

    @Test
    void opOfAnotherFamily_isVerifiedOnItsOwnNets_andSaysWhyItHasNoTime() {
        Ladder.Climbed climbed = Ladder.climb(SIMT, Kind.LOG_RATIO, List.of(), List.of(), true);
        assertTrue(climbed.passed(), climbed.toString());
        assertEquals(List.of("no net of 128x784-400-20-400-784 has a call of log_ratio, so nothing was timed; name one that has by --time-shape"), climbed.notes());
    }

    /// One wrong variant hides no missing time of the others, and wrong ones alone are no missing calls.
    @Test
    void callsThatNoPlaceHas_areSaidSo_whateverAVariantFailed() {
        OpSweep.Report wrong = new OpSweep.Report("op/2_wrong", 1, 1, 9, List.of(new Defect("op/2_wrong", "1x1", "a device", Defect.Guard.EXACT, "a bit")));
        Ladder.Rung failed = new Ladder.Rung("2_wrong", wrong, List.of());
        Ladder.Rung passed = new Ladder.Rung("1_naive", new OpSweep.Report("op/1_naive", 1, 1, 0, List.of()), List.of());
        assertTrue(Ladder.nothingToTime(List.of(passed, failed)));
        assertFalse(Ladder.nothingToTime(List.of(failed)));
        assertFalse(Ladder.nothingToTime(List.of(rung("1_naive", 9, new LaunchTime.Spread(List.of(1.0))), failed)));
    }

    @Test
    void opThatNoPlanHas_isRefused() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Ladder.climb(SIMT, Kind.SCALAR_UPDATE, List.of("13of17x35-21-5-11-35"), List.of())).getMessage()
                .contains("no plan of these shapes has a call of scalar_update"));
    }

    @Test
    void results_holdEverySampleOfEveryVariant_besideCublas() {
        LaunchTime.Spread cublas = new LaunchTime.Spread(List.of(3.0, 2.0, 4.0));
        Ladder.Climbed climbed = new Ladder.Climbed("a device", List.of(rung("1_naive", 9, cublas), rung("2_tiled", 5, cublas)), List.of());
        BenchResults results = climbed.results(Map.of("commit", "c", "date", "d", "machine", "m", "device", "a device", "jdk", "25"));
        BenchResults.Row row = results.row("linear_bias_act encoder.0 of 1x1-1-1-1-1").orElseThrow();
        assertEquals(List.of("cublas", "1_naive", "2_tiled"), row.series().stream().map(BenchResults.Series::who).toList());
        assertEquals(List.of(3.0, 2.0, 4.0), row.of("cublas").orElseThrow().values());
        assertEquals(5, row.of("2_tiled").orElseThrow().median());
        assertEquals("14.0", row.facts().get("coldMicros 1_naive"));
        assertEquals(12e-3 / 5, Double.parseDouble(row.facts().get("roofShare 2_tiled")), 1e-12, "12 bytes at one a nanosecond, in 5 µs");
        assertEquals(1, results.rows().size());
    }

    private static Ladder.Rung rung(String variant, double micros, LaunchTime.Spread cublas) {
        LaunchTime.Spread warm = new LaunchTime.Spread(List.of(micros - 1, micros, micros + 1));
        LaunchTime.Spread cold = new LaunchTime.Spread(List.of(micros + 5));
        return new Ladder.Rung(variant, new OpSweep.Report("linear_bias_act/" + variant, 1, 1, 0, List.of()), List.of(
                new Ladder.Timed("1x1-1-1-1-1", "linear_bias_act encoder.0", new Cost(12, 2), warm, cold, new Roofs(0, 1e9, 1e9, 1 << 20), Optional.of(cublas))));
    }
}
