package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/// What the last column of a contest claims, and what it does not.
class PeerTableTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("commit", "abc", "date", "2026-01-01", "machine", "test", "device", "none", "jdk", "25");

    private static BenchResults.Series series(String who, double... values) {
        return new BenchResults.Series(who, who + " ran", Optional.of(Samples.of(DoubleStream.of(values).boxed().toList())));
    }

    private static BenchResults.Row row(Map<String, String> facts, BenchResults.Series... series) {
        return new BenchResults.Row("train S", "ms", List.of(series), facts);
    }

    private static String line(BenchResults.Row row) {
        return PeerTable.markdown(new BenchResults("peers", ENVIRONMENT, List.of(row))).getLast();
    }

    private static String ratio(double[] ours, double... peer) {
        String line = line(row(Map.of(), series("fusedvae", ours), series("eager", peer)));
        return line.substring(line.lastIndexOf('|', line.length() - 2) + 2, line.length() - 2);
    }

    private static double[] ours(double... values) {
        return values;
    }

    @Test
    void ratio_isToTheFastestPeer_turnByTurn() {
        assertEquals("| train S | 1.00 ms | 9.00 ms | 3.00 ms | **3.00** (3.00–3.00) |",
                line(row(Map.of(), series("fusedvae", 1, 2, 1), series("eager", 9, 18, 9), series("compile", 3, 6, 3))));
    }

    @Test
    void fastestPeer_isTheOneWithTheSmallestRatio_notWithTheSmallestMedian() {
        BenchResults.Row row = row(Map.of(), series("fusedvae", 1, 2, 4), series("first", 3, 5, 6), series("second", 2, 5.2, 6));
        assertEquals("second", PeerTable.fastest(row).orElseThrow().who()); // 2.0 2.6 1.5 against 3.0 2.5 1.5; medians 5.2 and 5
        assertTrue(PeerTable.fastest(row(Map.of(), series("eager", 1))).isEmpty());
    }

    @Test
    void claim_needsThreeTurns_withQuartilesOnOneSideOfOne() {
        assertEquals("**1.50** (1.40–1.50)", ratio(ours(1, 1, 1, 1, 1), 1.4, 1.5, 1.5, 1.6, 0.9));
        assertEquals("**0.50** (0.50–0.50)", ratio(ours(2, 2, 2), 1, 1, 1));
        assertEquals("unclear (1.50; 0.90–1.60)", ratio(ours(1, 1, 1, 1, 1), 0.8, 0.9, 1.5, 1.6, 1.6));
        assertEquals("unclear (3.00; 3.00–3.00)", ratio(ours(1, 1), 3, 3), "two turns");
    }

    @Test
    void claim_isRefused_whereTheMediansOfTheRowAreWithinTheNoise() {
        assertEquals("unclear (1.20; 1.20–1.20)", ratio(ours(1, 1, 2, 2, 2), 1.2, 1.2, 2.4, 2, 2.4)); // the medians are 2 and 2
        assertEquals("unclear (1.20; 1.13–1.28)", ratio(ours(1, 2, 2.2), 1.2, 2.1, 3)); // 2 and 2.1
    }

    @Test
    void differenceWithinTheNoise_isLevel_whateverItsQuartiles() {
        assertEquals("level (1.05; 1.05–1.05)", ratio(ours(1, 1, 1), 1.05, 1.05, 1.05));
        assertEquals("level (0.95; 0.95–0.95)", ratio(ours(1, 1, 1), 0.95, 0.95, 0.95));
        assertEquals("level (1.00; 0.75–1.50)", ratio(ours(1, 1, 1), 0.5, 1, 2));
    }

    @Test
    void numbersThatDiffer_haveNoRatio() {
        assertTrue(line(row(Map.of("noRatio", "losses differ"), series("fusedvae", 1), series("eager", 9))).endsWith("| none: losses differ |"));
    }

    @Test
    void rule_saysTheFiguresThatAreApplied() {
        assertEquals(0.06, Comparison.NOISE);
        assertEquals(3, Comparison.FEWEST);
        assertTrue(PeerTable.RULE.contains("three turns") && PeerTable.RULE.contains("1.06"));
        assertFalse(PeerTable.RULE.contains("%"), "the text also stands in the help of a command, where % begins a format");
    }
}
