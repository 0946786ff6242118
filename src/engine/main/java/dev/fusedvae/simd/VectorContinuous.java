package dev.fusedvae.simd;

import static dev.fusedvae.simd.Lanes.F;
import static dev.fusedvae.simd.Lanes.WIDTH;
import static dev.fusedvae.simd.Simd.PANEL;
import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;
import static dev.fusedvae.simd.VectorMath.HALF;
import static dev.fusedvae.simd.VectorMath.ONE;
import static dev.fusedvae.simd.VectorMath.ZERO;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// The continuous Bernoulli loops of [VectorElementwise]: value and slope apart, each within the compiler's budget (see
/// [VectorMath]); the value first, since the slope may replace the logits.
final class VectorContinuous {
    private static final FloatVector P0 = VectorMath.splat(ContinuousBernoulli.P0);
    private static final FloatVector P1 = VectorMath.splat(ContinuousBernoulli.P1);
    private static final FloatVector P2 = VectorMath.splat(ContinuousBernoulli.P2);
    private static final FloatVector P3 = VectorMath.splat(ContinuousBernoulli.P3);
    private static final FloatVector P4 = VectorMath.splat(ContinuousBernoulli.P4);
    private static final FloatVector Q0 = VectorMath.splat(ContinuousBernoulli.Q0);
    private static final FloatVector Q1 = VectorMath.splat(ContinuousBernoulli.Q1);
    private static final FloatVector Q2 = VectorMath.splat(ContinuousBernoulli.Q2);
    private static final FloatVector Q3 = VectorMath.splat(ContinuousBernoulli.Q3);
    private static final FloatVector Q4 = VectorMath.splat(ContinuousBernoulli.Q4);

    private VectorContinuous() {}

    static void tile(
            Elementwise.Pass pass, float[] m, int logits, int x, int xStep, int dLogits, int partials, int rows, int columns,
            float scale) {
        LogVariance.requireColumns(columns);
        if (pass.value()) {
            value(m, logits, x, xStep, partials, rows, columns);
        }
        if (pass.gradient()) {
            slope(m, logits, x, xStep, dLogits, rows, columns, scale);
        }
    }

    private static void value(float[] m, int logits, int x, int xStep, int partials, int rows, int columns) {
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int lanes = partials + r * VIRTUAL_LANES + c % VIRTUAL_LANES;
                FloatVector l = FloatVector.fromArray(F, m, logits + r * PANEL + c);
                FloatVector a = l.abs();
                IntVector bits = a.div(VectorMath.expm1Below(a.neg()).neg()).reinterpretAsInts();
                // ScalarMath.logNormal, written out: a second call would come too late to be inlined
                IntVector exponent = bits.sub(ScalarMath.THREE_QUARTERS_BITS).and(ScalarMath.EXPONENT_MASK);
                FloatVector f = bits.sub(exponent).reinterpretAsFloats().sub(ONE);
                FloatVector p = VectorMath.L8.fma(f, VectorMath.L7).fma(f, VectorMath.L6).fma(f, VectorMath.L5).fma(f, VectorMath.L4)
                        .fma(f, VectorMath.L3).fma(f, VectorMath.L2).fma(f, VectorMath.L1).fma(f, VectorMath.L0);
                FloatVector k = exponent.convert(VectorOperators.I2F, 0).reinterpretAsFloats().mul(0x1p-23f);
                FloatVector far = k.fma(VectorMath.LN2, f.mul(p).fma(f, f));
                FloatVector t = a.mul(a);
                FloatVector series = Q4.fma(t, Q3).fma(t, Q2).fma(t, Q1).fma(t, Q0);
                FloatVector near = t.neg().fma(series, a.mul(HALF));
                FloatVector normalizer = far.blend(near, a.compare(VectorOperators.LT, ONE));
                FloatVector positive = l.blend(ZERO, l.compare(VectorOperators.LT, ZERO));
                FloatVector linear = l.fma(FloatVector.fromArray(F, m, x + r * xStep + c), positive.neg());
                FloatVector sum = FloatVector.fromArray(F, m, lanes);
                sum.blend(sum.add(linear.add(normalizer)), live).intoArray(m, lanes);
            }
        }
    }

    private static void slope(float[] m, int logits, int x, int xStep, int dLogits, int rows, int columns, float scale) {
        FloatVector scales = VectorMath.splat(scale);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                FloatVector l = FloatVector.fromArray(F, m, logits + r * PANEL + c);
                FloatVector a = l.abs();
                FloatVector e = VectorMath.exp(a.neg());
                FloatVector far = ONE.div(a).sub(e.div(ONE.sub(e)));
                FloatVector t = a.mul(a);
                FloatVector series = P4.fma(t, P3).fma(t, P2).fma(t, P1).fma(t, P0);
                FloatVector near = a.neg().fma(series, HALF);
                FloatVector slope = far.blend(near, a.compare(VectorOperators.LT, ONE));
                FloatVector mean = ONE.sub(slope).blend(slope, l.compare(VectorOperators.LT, ZERO));
                FloatVector target = FloatVector.fromArray(F, m, x + r * xStep + c);
                ZERO.blend(mean.sub(target).mul(scales), live).intoArray(m, dLogits + r * PANEL + c);
            }
        }
    }
}
