package dev.fusedvae.simd;

import static dev.fusedvae.simd.Lanes.F;
import static dev.fusedvae.simd.Lanes.WIDTH;
import static dev.fusedvae.simd.Simd.PANEL;
import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;
import static dev.fusedvae.simd.VectorMath.ONE;
import static dev.fusedvae.simd.VectorMath.ZERO;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// The likelihood loops of [VectorElementwise]: down the columns of a tile, a vector wide, so that the mask of live
/// columns stays in a register. What a pass leaves out is a branch that never changes within a call.
final class VectorLikelihoods {
    private VectorLikelihoods() {}

    static void bernoulli(
            Elementwise.Pass pass, float[] m, int logits, int x, int xStep, int dLogits, int partials, int rows, int columns,
            float scale) {
        LogVariance.requireColumns(columns);
        boolean value = pass.value();
        boolean gradient = pass.gradient();
        FloatVector scales = VectorMath.splat(scale);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int i = r * PANEL + c;
                int lanes = partials + r * VIRTUAL_LANES + c % VIRTUAL_LANES;
                FloatVector l = FloatVector.fromArray(F, m, logits + i);
                FloatVector target = FloatVector.fromArray(F, m, x + r * xStep + c);
                FloatVector e = VectorMath.exp(l.abs().neg());
                if (gradient) {
                    FloatVector slope = VectorMath.sigmoid(l, e).sub(target).mul(scales);
                    ZERO.blend(slope, live).intoArray(m, dLogits + i);
                }
                if (value) {
                    FloatVector linear = l.neg().fma(target, VectorMath.relu(l));
                    FloatVector loss = linear.add(VectorMath.log1pUnit(e));
                    FloatVector sum = FloatVector.fromArray(F, m, lanes);
                    sum.blend(sum.sub(loss), live).intoArray(m, lanes);
                }
            }
        }
    }

    static void gaussian(
            Elementwise.Pass pass, float[] m, int mean, int x, int xStep, int dMean, int partials, int rows, int columns,
            float variance, float scale) {
        float precision = 1 / LogVariance.requireVariance(variance);
        fixed(pass, m, mean, x, xStep, dMean, partials, rows, columns, precision, LogVariance.halfLog2Pi(variance), scale);
    }

    static void gaussianShared(
            Elementwise.Pass pass, float[] m, int mean, int x, int xStep, int dMean, int partials, int logVarPartials,
            int rows, int columns, float logVar, float scale) {
        float bounded = LogVariance.clamp(logVar);
        float precision = ScalarMath.exp(-bounded);
        if (pass.gradient()) {
            float half = LogVariance.clamped(logVar) ? 0 : 0.5f * scale;
            sharedSlope(m, mean, x, xStep, logVarPartials, rows, columns, precision, half);
        }
        float halfLog = Math.fma(0.5f, bounded, LogVariance.HALF_LOG_2PI);
        fixed(pass, m, mean, x, xStep, dMean, partials, rows, columns, precision, halfLog, scale);
    }

    private static void sharedSlope(
            float[] m, int mean, int x, int xStep, int logVarPartials, int rows, int columns, float precision, float half) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int i = r * PANEL + c;
                int lanes = logVarPartials + r * VIRTUAL_LANES + c % VIRTUAL_LANES;
                FloatVector d = FloatVector.fromArray(F, m, x + r * xStep + c).sub(FloatVector.fromArray(F, m, mean + i));
                FloatVector slope = d.mul(d).fma(VectorMath.splat(-precision), ONE).mul(half);
                FloatVector sum = FloatVector.fromArray(F, m, lanes);
                sum.blend(sum.add(slope), live).intoArray(m, lanes);
            }
        }
    }

    private static void fixed(
            Elementwise.Pass pass, float[] m, int mean, int x, int xStep, int dMean, int partials, int rows, int columns,
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
                int lanes = partials + r * VIRTUAL_LANES + c % VIRTUAL_LANES;
                FloatVector d = FloatVector.fromArray(F, m, x + r * xStep + c).sub(FloatVector.fromArray(F, m, mean + i));
                if (value) {
                    FloatVector loss = d.mul(d).fma(halfPrecision, VectorMath.splat(halfLog));
                    FloatVector sum = FloatVector.fromArray(F, m, lanes);
                    sum.blend(sum.sub(loss), live).intoArray(m, lanes);
                }
                if (gradient) {
                    ZERO.blend(d.mul(slope), live).intoArray(m, dMean + i);
                }
            }
        }
    }

    static void gaussianPerFeature(
            Elementwise.Pass pass, float[] m, int mean, int logVar, int x, int xStep, int dMean, int dLogVar, int partials,
            int rows, int columns, float scale) {
        LogVariance.requireColumns(columns);
        boolean value = pass.value();
        boolean gradient = pass.gradient();
        FloatVector halfLog2Pi = VectorMath.splat(LogVariance.HALF_LOG_2PI);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int i = r * PANEL + c;
                int lanes = partials + r * VIRTUAL_LANES + c % VIRTUAL_LANES;
                FloatVector s = FloatVector.fromArray(F, m, logVar + i);
                VectorMask<Float> slopes = live.andNot(clamped(s));
                FloatVector bounded = clamp(s);
                FloatVector d = FloatVector.fromArray(F, m, x + r * xStep + c).sub(FloatVector.fromArray(F, m, mean + i));
                FloatVector weighted = d.mul(VectorMath.exp(bounded.neg()));
                if (value) {
                    FloatVector loss = d.fma(weighted, bounded).fma(VectorMath.HALF, halfLog2Pi);
                    FloatVector sum = FloatVector.fromArray(F, m, lanes);
                    sum.blend(sum.sub(loss), live).intoArray(m, lanes);
                }
                if (gradient) {
                    ZERO.blend(weighted.mul(-scale), live).intoArray(m, dMean + i);
                    FloatVector slope = d.neg().fma(weighted, ONE).mul(0.5f * scale);
                    ZERO.blend(slope, slopes).intoArray(m, dLogVar + i);
                }
            }
        }
    }

    static void gaussianColumns(
            Elementwise.Pass pass, float[] m, int mean, int x, int xStep, int dMean, int dLogVar, int partials, int rows,
            int columns, float[] logVar, int logVarAt, float scale) {
        LogVariance.requireColumns(columns);
        boolean value = pass.value();
        boolean gradient = pass.gradient();
        FloatVector halfLog2Pi = VectorMath.splat(LogVariance.HALF_LOG_2PI);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            FloatVector s = FloatVector.fromArray(F, logVar, logVarAt + c);
            VectorMask<Float> slopes = live.andNot(clamped(s));
            FloatVector bounded = clamp(s);
            FloatVector precision = VectorMath.exp(bounded.neg());
            for (int r = 0; r < rows; r++) {
                int i = r * PANEL + c;
                int lanes = partials + r * VIRTUAL_LANES + c % VIRTUAL_LANES;
                FloatVector d = FloatVector.fromArray(F, m, x + r * xStep + c).sub(FloatVector.fromArray(F, m, mean + i));
                FloatVector weighted = d.mul(precision);
                if (value) {
                    FloatVector loss = d.fma(weighted, bounded).fma(VectorMath.HALF, halfLog2Pi);
                    FloatVector sum = FloatVector.fromArray(F, m, lanes);
                    sum.blend(sum.sub(loss), live).intoArray(m, lanes);
                }
                if (gradient) {
                    ZERO.blend(weighted.mul(-scale), live).intoArray(m, dMean + i);
                    ZERO.blend(d.neg().fma(weighted, ONE).mul(0.5f * scale), slopes).intoArray(m, dLogVar + i);
                }
            }
        }
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
