package dev.fusedvae.simd;

import static dev.fusedvae.simd.Lanes.F;
import static dev.fusedvae.simd.Lanes.WIDTH;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The optimizer loops of [VectorElementwise]; counts are multiples of the vector width.
final class VectorOptimizers {
    private VectorOptimizers() {}

    static void adam(
            float[] a, int weights, int moments, int squares, int gradients, int count, AdamRule rule,
            float lrOverBc1, float rsqrtBc2, float decay, float gradScale) {
        FloatVector beta1 = VectorMath.splat(rule.beta1());
        FloatVector beta2 = VectorMath.splat(rule.beta2());
        FloatVector epsilon = VectorMath.splat(rule.epsilon());
        FloatVector minusRate = VectorMath.splat(-lrOverBc1);
        FloatVector correction = VectorMath.splat(rsqrtBc2);
        float oneMinusBeta1 = rule.oneMinusBeta1();
        float oneMinusBeta2 = rule.oneMinusBeta2();
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector g = FloatVector.fromArray(F, a, gradients + i).mul(gradScale);
            FloatVector m = beta1.fma(FloatVector.fromArray(F, a, moments + i), g.mul(oneMinusBeta1));
            m = m.blend(0f, m.abs().compare(VectorOperators.LT, AdamRule.MOMENT_FLOOR));
            FloatVector v = beta2.fma(FloatVector.fromArray(F, a, squares + i), g.mul(g).mul(oneMinusBeta2));
            v = v.blend(0f, v.compare(VectorOperators.LT, AdamRule.SQUARE_FLOOR));
            FloatVector ratio = m.div(v.sqrt().fma(correction, epsilon));
            m.intoArray(a, moments + i);
            v.intoArray(a, squares + i);
            minusRate.fma(ratio, FloatVector.fromArray(F, a, weights + i).mul(decay)).intoArray(a, weights + i);
        }
    }

    static void sgd(
            float[] a, int weights, int buffers, int gradients, int count, float momentum, float learningRate,
            float gradScale) {
        FloatVector keep = VectorMath.splat(momentum);
        FloatVector minusRate = VectorMath.splat(-learningRate);
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector g = FloatVector.fromArray(F, a, gradients + i).mul(gradScale);
            FloatVector buffer = keep.fma(FloatVector.fromArray(F, a, buffers + i), g);
            buffer.intoArray(a, buffers + i);
            minusRate.fma(buffer, FloatVector.fromArray(F, a, weights + i)).intoArray(a, weights + i);
        }
    }

    /// `count` is a multiple of 16. One pass per vector of virtual lanes, so that two accumulators are enough.
    static void sumOfSquares(float[] a, int at, int count, double[] lanes, int lanesAt) {
        int half = WIDTH / 2;
        for (int lane = 0; lane < Simd.VIRTUAL_LANES; lane += WIDTH) {
            DoubleVector low = DoubleVector.fromArray(Lanes.D, lanes, lanesAt + lane);
            DoubleVector high = DoubleVector.fromArray(Lanes.D, lanes, lanesAt + lane + half);
            for (int i = lane; i < count; i += Simd.VIRTUAL_LANES) {
                FloatVector x = FloatVector.fromArray(F, a, at + i);
                DoubleVector first = x.convert(VectorOperators.F2D, 0).reinterpretAsDoubles();
                DoubleVector second = x.convert(VectorOperators.F2D, 1).reinterpretAsDoubles();
                low = low.add(first.mul(first));
                high = high.add(second.mul(second));
            }
            low.intoArray(lanes, lanesAt + lane);
            high.intoArray(lanes, lanesAt + lane + half);
        }
    }
}
