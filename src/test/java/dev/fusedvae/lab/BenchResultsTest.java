package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
    void comparison_namesWhatOneFileLacks() {
        Comparison comparison = Comparison.of(results(series("fusedvae", 1), series("jax", 2)), results(series("fusedvae", 1), series("torch", 2)));
        assertEquals(List.of("train S, jax", "train S, torch"), comparison.unshared());
        assertTrue(!comparison.regressed());
    }

    @Test
    void table_givesTheRatioToTheFastestPeer_turnByTurn() {
        List<String> lines = PeerTable.markdown(results(series("fusedvae", 1, 2, 1), series("eager", 9, 9, 9), series("compile", 3, 6, 3)));
        assertEquals("| train S | 1.00 ms | 9.00 ms | 3.00 ms | **3.00** (3.00–3.00) |", lines.getLast());
    }

    @Test
    void table_givesNoRatio_whereTheNumbersDiffer() {
        BenchResults results = new BenchResults("peers", ENVIRONMENT, List.of(new BenchResults.Row("train S", "ms",
                List.of(series("fusedvae", 1), series("eager", 9)), Map.of("noRatio", "losses differ"))));
        assertTrue(PeerTable.markdown(results).getLast().endsWith("| none: losses differ |"));
    }
}
