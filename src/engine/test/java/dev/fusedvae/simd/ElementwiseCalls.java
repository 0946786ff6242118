package dev.fusedvae.simd;

import dev.fusedvae.simd.Elementwise.Pass;
import dev.fusedvae.spec.Activation;
import java.util.LinkedHashMap;
import java.util.Map;

/// Every operation of [Elementwise] on one arena of 16 slots, so that each test of "all of them" means all of them.
final class ElementwiseCalls {
    static final int ROWS = 5;
    static final int TILE = ROWS * Simd.PANEL;
    static final int SLOTS = 16;
    private static final float[] SCALES = scales();
    static final AdamRule RULE = AdamRule.of(0.9, 0.999, 1e-8);

    /// One operation; it may write anywhere in the arena.
    interface Call {
        void on(Elementwise loops, float[] arena);
    }

    private ElementwiseCalls() {}

    /// @param columns live columns of each tile, 1..32
    /// @param count   elements of each contiguous range, at most [#TILE]
    static Map<String, Call> all(int columns, int count) {
        Map<String, Call> calls = new LinkedHashMap<>();
        for (Activation act : Activation.values()) {
            calls.put(act + " activate", (e, a) -> e.activate(act, a, slot(0), count, slot(1)));
            calls.put(act + " in place", (e, a) -> e.activate(act, a, slot(0), count, slot(0)));
            calls.put(act + " bias", (e, a) -> e.biasActivate(act, a, slot(0), ROWS, a, slot(1) + 4, slot(2)));
            calls.put(act + " keep",
                    (e, a) -> e.biasActivateKeep(act, a, slot(0), ROWS, a, slot(1), slot(2), slot(3)));
            calls.put(act + " backward", (e, a) -> e.activateBackward(act, a, slot(0), slot(1), count, slot(2)));
        }
        for (Pass pass : Pass.values()) {
            likelihoods(calls, pass, columns);
        }
        calls.put("reparameterize",
                (e, a) -> e.reparameterize(a, slot(0), slot(1), slot(2), slot(3), ROWS, columns));
        calls.put("kl", (e, a) -> e.kl(a, slot(0), slot(1), slot(3), ROWS, columns));
        calls.put("reparameterizeKl",
                (e, a) -> e.reparameterizeKl(a, slot(0), slot(1), slot(2), slot(3), slot(4), ROWS, columns));
        calls.put("latentBackward", (e, a) -> e.latentBackward(
                a, slot(0), slot(1), slot(2), slot(3), slot(4), slot(5), ROWS, columns, 0.03f));
        samples(calls, columns);
        calls.put("adam", (e, a) -> e.adam(
                a, slot(0), slot(1), slot(2), slot(3), count, RULE, 0.01f, 31.6f, 0.999f, 0.7f));
        calls.put("sgd", (e, a) -> e.sgd(a, slot(0), slot(1), slot(2), count, 0.9f, 0.01f, 0.7f));
        calls.put("sumOfSquares", (e, a) -> {
            double[] lanes = new double[18];
            e.sumOfSquares(a, slot(0) + 1, count, lanes, 2);
            for (int i = 0; i < lanes.length; i++) {
                a[slot(1) + i] = (float) lanes[i];
                a[slot(2) + i] = (float) (lanes[i] * 0x1p20 % 1);
            }
        });
        return calls;
    }

    /// One row of two and three samples each; slots 12 and 13 hold what comes from outside the arena elsewhere.
    private static void samples(Map<String, Call> calls, int columns) {
        for (int samples : new int[] {2, 3}) {
            int rows = ROWS / samples;
            calls.put("sample " + samples, (e, a) -> e.sample(a, slot(0), slot(1), slot(2), slot(3), rows, samples, columns));
            calls.put("logRatio " + samples,
                    (e, a) -> e.logRatio(a, slot(0), slot(1), slot(2), a, slot(12), slot(3), rows, samples, columns));
            for (boolean squared : new boolean[] {false, true}) {
                for (int weights : new int[] {-1, slot(13)}) {
                    calls.put("sampleBackward " + samples + squared + weights, (e, a) -> e.sampleBackward(
                            a, slot(0), weights, squared, slot(1), slot(2), slot(3), slot(4), rows, samples, columns));
                }
                for (boolean add : new boolean[] {false, true}) {
                    calls.put("ratioBackward " + samples + squared + add, (e, a) -> e.ratioBackward(
                            add, squared, a, slot(0), slot(1), slot(2), slot(13), a, slot(12), slot(3), slot(4), rows, samples, columns, 0.1f));
                }
            }
        }
        for (boolean either : new boolean[] {false, true}) {
            calls.put("scaleRows " + either, (e, a) -> e.scaleRows(a, slot(0), a, slot(13), either, a, slot(1), ROWS));
            calls.put("klBackward " + either, (e, a) -> e.klBackward(
                    either, a, slot(0), slot(1), a, slot(12), SCALES, slot(3), slot(4), ROWS, columns));
        }
        calls.put("klPrior", (e, a) -> e.klPrior(a, slot(0), slot(1), a, slot(12), slot(3), ROWS, columns));
        calls.put("klColumns", (e, a) -> e.klColumns(a, slot(0), slot(1), a, slot(12), slot(3), ROWS, 0.2f));
    }

    private static float[] scales() {
        float[] all = new float[Simd.PANEL];
        for (int c = 0; c < all.length; c++) {
            all[c] = c % 3 * 0.02f;
        }
        return all;
    }

    private static void likelihoods(Map<String, Call> calls, Pass pass, int columns) {
        float scale = 1f / ROWS;
        calls.put("bernoulli " + pass, (e, a) -> e.bernoulli(
                pass, a, slot(0), slot(1), 32, slot(2), slot(3), ROWS, columns, scale));
        calls.put("bernoulli, one target " + pass, (e, a) -> e.bernoulli(
                pass, a, slot(0), slot(1), 0, slot(2), slot(3), ROWS, columns, scale));
        calls.put("continuousBernoulli " + pass, (e, a) -> e.continuousBernoulli(
                pass, a, slot(0), slot(1), 32, slot(2), slot(3), ROWS, columns, scale));
        calls.put("gaussianColumns " + pass, (e, a) -> e.gaussianColumns(
                pass, a, slot(0), slot(1), 0, slot(2), slot(3), slot(4), ROWS, columns, a, slot(5), scale));
        calls.put("gaussian " + pass, (e, a) -> e.gaussian(
                pass, a, slot(0), slot(1), 32, slot(2), slot(3), ROWS, columns, 0.3f, scale));
        for (float logVar : new float[] {-1.3f, -31, 21}) {
            calls.put("gaussianShared " + logVar + " " + pass, (e, a) -> e.gaussianShared(
                    pass, a, slot(0), slot(1), 32, slot(2), slot(3), slot(4), ROWS, columns, logVar, scale));
        }
        calls.put("gaussianPerFeature " + pass, (e, a) -> e.gaussianPerFeature(
                pass, a, slot(0), slot(1), slot(2), 32, slot(3), slot(4), slot(5), ROWS, columns, scale));
    }

    /// Slots are 8 floats apart from a multiple of the tile, so that no vector is aligned by luck.
    static int slot(int n) {
        return 4 + n * (TILE + 8);
    }

    static int arena() {
        return slot(SLOTS);
    }
}
