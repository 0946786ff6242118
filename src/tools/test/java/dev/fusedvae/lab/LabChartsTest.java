package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What the pictures of measurements say.
class LabChartsTest {
    private static final Map<String, String> CONDITIONS = Map.of("commit", "abc", "date", "2026-01-01", "machine", "test", "device", "none", "jdk", "25");

    private static BenchResults.Series series(String who, double... values) {
        return new BenchResults.Series(who, who + " ran", Optional.of(Samples.of(Arrays.stream(values).boxed().toList())));
    }

    private static BenchResults.Row call(int number, String call, String level) {
        return new BenchResults.Row("call " + number + " " + call + ", cpu, " + level, "µs", List.of(series("cpu", 10)), Map.of("kind", "call", "op", call.split(" ")[0], "fusion", level));
    }

    private static String drawn(BenchResults results) {
        return LabCharts.of(results).getFirst().chart().svg();
    }

    @Test
    void productOfALayer_isOnePart_atEveryLevel() {
        List<BenchResults.Row> calls = List.of(call(1, "gather", "none"), call(2, "linear encoder.0", "none"), call(3, "add_bias encoder.0", "none"), call(4, "linear heads", "none"),
                call(5, "linear decoder.0", "none"), call(6, "linear_backward_weight encoder.0", "none"), call(7, "linear_backward_data heads", "none"), call(8, "update encoder.0.weight", "none"),
                call(1, "gather_linear_bias_act encoder.0", "layer"), call(2, "latent_forward heads+decoder.0", "layer"), call(3, "latent_backward decoder.0+heads", "layer"),
                call(4, "linear_backward_update encoder.0", "layer"), call(5, "reduce_loss", "layer"));
        StepParts parts = new StepParts(calls);
        assertEquals(List.of("no product", "forward encoder.0", "no product", "forward heads+decoder.0", "forward heads+decoder.0", "weight gradient encoder.0", "data gradient heads+decoder.0",
                "no product", "forward encoder.0", "forward heads+decoder.0", "data gradient heads+decoder.0", "weight gradient encoder.0", "no product"), calls.stream().map(parts::of).toList());
        assertEquals(List.of("forward encoder.0", "forward heads+decoder.0", "weight gradient encoder.0", "data gradient heads+decoder.0", "no product"), parts.all(calls));
        String svg = drawn(new BenchResults("ablation", CONDITIONS, calls));
        assertTrue(parts.all(calls).stream().allMatch(part -> svg.contains(">" + part + "<")), "the legend names every part");
    }

    @Test
    void contest_showsTheFastestModeOfEachPeer_withItsValue() {
        BenchResults.Row row = new BenchResults.Row("train S", "ms", List.of(series("fusedvae", 1, 2, 1), series("torch eager", 9, 18, 9), series("torch compile", 3, 6, 3), series("jax jit", 0.5, 1, 0.5)), Map.of());
        BenchResults.Row unproven = new BenchResults.Row("train B", "ms", List.of(series("fusedvae", 1), series("jax jit", 7)), Map.of("noRatio", "losses differ"));
        String svg = drawn(new BenchResults("peers", CONDITIONS, List.of(row, unproven)));
        assertTrue(svg.contains(">3.00  compile<") && svg.contains(">0.50  jit<") && svg.contains(">PyTorch<") && svg.contains(">JAX<"), svg);
        assertTrue(!svg.contains("9.00") && !svg.contains("train B") && !svg.contains("7.00"), svg);
    }

    private static BenchResults scale(Scale.Axis axis, String net, int... at) {
        return Scale.results(Arrays.stream(at).mapToObj(x -> new Scale.Point(axis, x, "cpu", net.formatted(x, x), 8, "test", Optional.of(Samples.of(List.of(5 + 2.0 * x))))).toList(), CONDITIONS);
    }

    @Test
    void curve_hasNetAndEquationInItsTitle_andTheLineAsASeries() {
        String batch = drawn(scale(Scale.Axis.BATCH, "8-4-2-4-8", 1, 8, 64, 512));
        assertTrue(batch.contains(">A training step of 8-4-2-4-8 by batch: 5 µs + 2.00 µs · batch<") && batch.contains(">cpu fitted: 5 µs + 2.00 µs · batch<"), batch);
        assertTrue(drawn(scale(Scale.Axis.WIDTH, "8-%d-2-%d-8", 4, 8, 16)).contains(">A training step of 8-width-2-width-8 by width: 5 µs + 2.00 µs · width<"));
        assertTrue(drawn(scale(Scale.Axis.LATENT, "8-4-%d-4-8", 4, 8, 16)).contains(">A training step of 8-4-latent-4-8 by latent: 5 µs + 2.00 µs · latent<"));
    }

    @Test
    void threads_haveNoLine() {
        String svg = drawn(scale(Scale.Axis.THREADS, "8-4-2-4-8", 1, 2, 4));
        assertTrue(svg.contains(">A training step of 8-4-2-4-8 by threads<") && !svg.contains("fitted"), svg);
    }
}
