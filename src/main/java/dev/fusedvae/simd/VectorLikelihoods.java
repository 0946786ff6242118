package dev.fusedvae.simd;

import static dev.fusedvae.simd.Elementwise.PANEL;
import static dev.fusedvae.simd.Lanes.F;
import static dev.fusedvae.simd.Lanes.WIDTH;
import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// The likelihood loops of [VectorElementwise]: down the columns of a tile, a vector wide, so that the mask of live
/// columns stays in a register. What a pass leaves out is a branch that never changes within a call.
final class VectorLikelihoods {
    private VectorLikelihoods() {}

    static void bernoulli(
            Elementwise.Pass pass, float[] m, int logits, int x, int dLogits, int partials, int rows, int columns,
            float scale) {
        LogVariance.requireColumns(columns);
        boolean value = pass.value();
        boolean gradient = pass.gradient();
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int i = r * PANEL + c;
                FloatVector l = FloatVector.fromArray(F, m, logits + i);
                FloatVector target = FloatVector.fromArray(F, m, x + i);
                FloatVector e = VectorMath.exp(l.abs().neg());
                if (value) {
                    FloatVector loss = l.neg().fma(target, VectorMath.relu(l)).add(VectorMath.log1pFinite(e));
                    accumulate(m, partials, r, c, loss.neg(), live);
                }
                if (gradient) {
                    store(VectorMath.sigmoid(l, e).sub(target).mul(scale), live, m, dLogits + i);
                }
            }
        }
    }

    static void gaussian(
            Elementwise.Pass pass, float[] m, int mean, int x, int dMean, int partials, int rows, int columns,
            float variance, float scale) {
        float precision = 1 / LogVariance.requireVariance(variance);
        fixed(pass, m, mean, x, dMean, partials, rows, columns, precision, LogVariance.halfLog2Pi(variance), scale);
    }

    static void gaussianShared(
            Elementwise.Pass pass, float[] m, int mean, int x, int dMean, int partials, int logVarPartials,
            int rows, int columns, float logVar, float scale) {
        float bounded = LogVariance.clamp(logVar);
        float precision = ScalarMath.exp(-bounded);
        if (pass.gradient()) {
            float half = LogVariance.clamped(logVar) ? 0 : 0.5f * scale;
            sharedSlope(m, mean, x, logVarPartials, rows, columns, precision, half);
        }
        float halfLog = Math.fma(0.5f, bounded, LogVariance.HALF_LOG_2PI);
        fixed(pass, m, mean, x, dMean, partials, rows, columns, precision, halfLog, scale);
    }

    private static void sharedSlope(
            float[] m, int mean, int x, int logVarPartials, int rows, int columns, float precision, float half) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int i = r * PANEL + c;
                FloatVector d = FloatVector.fromArray(F, m, x + i).sub(FloatVector.fromArray(F, m, mean + i));
                FloatVector slope = d.mul(d).fma(VectorMath.splat(-precision), VectorMath.splat(1)).mul(half);
                accumulate(m, logVarPartials, r, c, slope, live);
            }
        }
    }

    private static void fixed(
            Elementwise.Pass pass, float[] m, int mean, int x, int dMean, int partials, int rows, int columns,
            float precision, float halfLog, float scale) {
        LogVariance.requireColumns(columns);
        boolean value = pass.value();
        boolean gradient = pass.gradient();
        float slope = -precision * scale;
        FloatVector halfPrecision = VectorMath.splat(0.5f * precision);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int i = r * PANEL + c;
                FloatVector d = FloatVector.fromArray(F, m, x + i).sub(FloatVector.fromArray(F, m, mean + i));
                if (value) {
                    FloatVector loss = d.mul(d).fma(halfPrecision, VectorMath.splat(halfLog));
                    accumulate(m, partials, r, c, loss.neg(), live);
                }
                if (gradient) {
                    store(d.mul(slope), live, m, dMean + i);
                }
            }
        }
    }

    static void gaussianPerFeature(
            Elementwise.Pass pass, float[] m, int mean, int logVar, int x, int dMean, int dLogVar, int partials,
            int rows, int columns, float scale) {
        LogVariance.requireColumns(columns);
        boolean value = pass.value();
        boolean gradient = pass.gradient();
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int i = r * PANEL + c;
                FloatVector s = FloatVector.fromArray(F, m, logVar + i);
                FloatVector bounded = clamp(s);
                FloatVector d = FloatVector.fromArray(F, m, x + i).sub(FloatVector.fromArray(F, m, mean + i));
                FloatVector weighted = d.mul(VectorMath.exp(bounded.neg()));
                if (value) {
                    FloatVector loss = d.fma(weighted, bounded)
                            .fma(VectorMath.splat(0.5f), VectorMath.splat(LogVariance.HALF_LOG_2PI));
                    accumulate(m, partials, r, c, loss.neg(), live);
                }
                if (gradient) {
                    store(weighted.mul(-scale), live, m, dMean + i);
                    FloatVector slope = d.neg().fma(weighted, VectorMath.splat(1)).mul(0.5f * scale);
                    store(slope, live.andNot(clamped(s)), m, dLogVar + i);
                }
            }
        }
    }

    /// Adds `term`, of columns from `c`, to its virtual lanes of row `r`; columns that are not live leave them alone.
    static void accumulate(float[] m, int partials, int r, int c, FloatVector term, VectorMask<Float> live) {
        int at = partials + r * VIRTUAL_LANES + c % VIRTUAL_LANES;
        FloatVector sum = FloatVector.fromArray(F, m, at);
        sum.blend(sum.add(term), live).intoArray(m, at);
    }

    private static void store(FloatVector value, VectorMask<Float> live, float[] m, int at) {
        zero().blend(value, live).intoArray(m, at);
    }

    static FloatVector zero() {
        return FloatVector.zero(F);
    }

    static FloatVector clamp(FloatVector logVar) {
        return logVar.blend(LogVariance.MAX, logVar.compare(VectorOperators.GT, LogVariance.MAX))
                .blend(LogVariance.MIN, logVar.compare(VectorOperators.LT, LogVariance.MIN));
    }

    static VectorMask<Float> clamped(FloatVector logVar) {
        return logVar.compare(VectorOperators.LT, LogVariance.MIN)
                .or(logVar.compare(VectorOperators.GT, LogVariance.MAX));
    }
}
