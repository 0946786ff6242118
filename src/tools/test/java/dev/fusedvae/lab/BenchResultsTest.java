package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.io.IoFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchResultsTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("commit", "abc", "date", "2026-01-01", "machine", "test", "device", "none", "jdk", "25");

    private static Samples samples(double... values) {
        return Samples.of(DoubleStream.of(values).boxed().toList());
    }

    private static BenchResults.Series series(String who, double... values) {
        return new BenchResults.Series(who, who + " ran", Optional.of(samples(values)));
    }

    private static BenchResults results(BenchResults.Series... series) {
        return new BenchResults("peers", ENVIRONMENT, List.of(new BenchResults.Row("train S", "ms", List.of(series), Map.of("batch", "128"))));
    }

    @Test
    void file_holdsWhatWasWritten(@TempDir Path folder) {
        BenchResults written = results(series("fusedvae", 1, 2, 3), new BenchResults.Series("jax", "not installed", Optional.empty()));
        written.write(folder.resolve("r.json"));
        assertEquals(written, BenchResults.read(folder.resolve("r.json")));
    }

    @Test
    void anotherSchema_isRefusedInOneSentence(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("old.json"), "{\"what\":\"peers\",\"rows\":[]}");
        assertTrue(assertThrows(IoFailure.class, () -> BenchResults.read(file)).getMessage().endsWith(
                "has schema none, and this program reads fusedvae-bench/1; measure again with `fvae bench`"));
    }

    @Test
    void fileWithoutRows_isDamaged_notEmpty(@TempDir Path folder) throws Exception {
        results(series("fusedvae", 1)).write(folder.resolve("r.json"));
        Path file = Files.writeString(folder.resolve("r.json"), Files.readString(folder.resolve("r.json")).replace("\"rows\"", "\"lines\""));
        assertTrue(assertThrows(IoFailure.class, () -> BenchResults.read(file)).getMessage().contains("is damaged: it has no rows"));
    }

    @Test
    void resultsWithoutCommit_areRefused() {
        assertThrows(IllegalArgumentException.class, () -> new BenchResults("x", Map.of("date", "now"), List.of()));
    }

    @Test
    void quantiles_areLinearBetweenSamples() {
        Samples s = samples(4, 1, 3, 2, 5);
        assertEquals(3, s.median());
        assertEquals(2, s.quantile(0.25));
        assertEquals(2.0 / 3, s.spread(), 1e-15);
        assertEquals(List.of(2.0, 0.5), samples(1, 4).ratio(samples(2, 2)).values());
        assertThrows(IllegalArgumentException.class, () -> samples(0));
    }

    private static Comparison.Verdict verdict(BenchResults.Series before, BenchResults.Series after) {
        return Comparison.of(results(before), results(after)).rows().getFirst().verdict();
    }

    @Test
    void comparison_callsNoiseNoise() {
        BenchResults.Series base = series("fusedvae", 10, 10.1, 10.2, 9.9, 10);
        assertEquals(Comparison.Verdict.SAME, verdict(base, series("fusedvae", 10.4, 10.5, 10.4, 10.4, 10.5)));
        assertEquals(Comparison.Verdict.SLOWER, verdict(base, series("fusedvae", 11.4, 11.5, 11.4, 11.4, 11.5)));
        assertEquals(Comparison.Verdict.FASTER, verdict(base, series("fusedvae", 8, 8.1, 8, 8, 8)));
        assertEquals(Comparison.Verdict.UNCLEAR, verdict(base, series("fusedvae", 9, 20, 9, 20, 15)));
    }

    @Test
    void comparison_ofSingleSamples_staysUnclear_becauseTheirNoiseIsUnknown() {
        assertEquals(Comparison.Verdict.UNCLEAR, verdict(series("fusedvae", 10), series("fusedvae", 13)));
        assertEquals(Comparison.Verdict.UNCLEAR, verdict(series("fusedvae", 10, 10, 10), series("fusedvae", 13, 13)));
        assertEquals(Comparison.Verdict.SAME, verdict(series("fusedvae", 10), series("fusedvae", 10.3)));
    }

    @Test
    void comparison_namesWhatOneFileLacks() {
        Comparison comparison = Comparison.of(results(series("fusedvae", 1), series("jax", 2)), results(series("fusedvae", 1), series("torch", 2)));
        assertEquals(List.of(new Comparison.Unmatched("train S", "jax", "in the first file only"), new Comparison.Unmatched("train S", "torch", "in the second file only")),
                comparison.unmatched());
        assertFalse(comparison.regressed());
    }

    @Test
    void comparison_ofDifferentUnits_isNone() {
        BenchResults micros = new BenchResults("peers", ENVIRONMENT, List.of(new BenchResults.Row("train S", "us", List.of(series("fusedvae", 1)), Map.of())));
        Comparison comparison = Comparison.of(results(series("fusedvae", 1)), micros);
        assertEquals(List.of(new Comparison.Unmatched("train S", "fusedvae", "in ms and in us")), comparison.unmatched());
        assertEquals(List.of(), comparison.rows());
    }

    @Test
    void regression_isASlowerOrStoppedEngine_notASlowerPeer() {
        BenchResults before = results(series("fusedvae", 1, 1, 1), series("torch", 1, 1, 1));
        assertFalse(Comparison.of(before, results(series("fusedvae", 1, 1, 1), series("torch", 2, 2, 2))).regressed());
        assertTrue(Comparison.of(before, results(series("fusedvae", 2, 2, 2), series("torch", 1, 1, 1))).regressed());
        BenchResults failed = results(new BenchResults.Series("fusedvae", "failed: why", Optional.empty()), series("torch", 1, 1, 1));
        Comparison stopped = Comparison.of(before, failed);
        assertTrue(stopped.regressed());
        assertEquals("no time any more: failed: why", stopped.unmatched().getFirst().why());
        assertFalse(Comparison.of(failed, before).regressed());
        assertTrue(Comparison.of(results(series("cpu", 1, 1, 1)), results(series("cpu", 2, 2, 2))).regressed());
    }

    /// A row of a ladder: this engine's kernels have their own names there.
    @Test
    void slowerCublas_besideOurKernels_isNoRegression() {
        BenchResults before = results(series("cublas", 1, 1, 1), series("2_tiled", 1, 1, 1));
        assertFalse(Comparison.of(before, results(series("cublas", 2, 2, 2), series("2_tiled", 1, 1, 1))).regressed());
        assertTrue(Comparison.of(before, results(series("cublas", 1, 1, 1), series("2_tiled", 2, 2, 2))).regressed());
    }
}
