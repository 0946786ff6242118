package dev.fusedvae.simd;

import static dev.fusedvae.simd.ScalarMath.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// The functions of [ScalarMath] on vectors of [Lanes#F]: the same operations in the same order, hence the same bits.
///
/// Formulas, errors and edges are stated there. Loading this class needs the incubator module: ask [Simd#vector()] first.
public final class VectorMath {
    private VectorMath() {}

    /// `e^x`
    public static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(splat(LOG2_E), splat(ROUNDER));
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(splat(-LN2_LOW), n.fma(splat(-LN2_HIGH), x));
        FloatVector p = expm1Tail(r).fma(r, splat(1)).fma(r, splat(1));
        FloatVector scaled = p.reinterpretAsInts().add(exponentOf(shifted)).reinterpretAsFloats();
        return x.mul(Float.POSITIVE_INFINITY)
                .blend(scaled, x.compare(VectorOperators.LE, EXP_MAX))
                .blend(0f, x.compare(VectorOperators.LT, EXP_MIN));
    }

    /// `e^x − 1`
    public static FloatVector expm1(FloatVector x) {
        return expm1Below(x.blend(EXPM1_MAX, x.compare(VectorOperators.GT, EXPM1_MAX)));
    }

    static FloatVector expm1Below(FloatVector x) {
        FloatVector bounded = x.blend(EXPM1_MIN, x.compare(VectorOperators.LT, EXPM1_MIN));
        FloatVector shifted = bounded.fma(splat(LOG2_E), splat(ROUNDER));
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(splat(-LN2_LOW), n.fma(splat(-LN2_HIGH), bounded));
        FloatVector p = r.mul(r).fma(expm1Tail(r), r);
        FloatVector half = exponentOf(shifted).add(0x3f000000).reinterpretAsFloats();
        return orSign(half.fma(p, half.sub(0.5f)).mul(2), x);
    }

    private static FloatVector expm1Tail(FloatVector r) {
        return splat(E4).fma(r, splat(E3)).fma(r, splat(E2)).fma(r, splat(E1)).fma(r, splat(E0));
    }

    private static IntVector exponentOf(FloatVector shifted) {
        return shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    }

    /// `ln x`
    public static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
        IntVector bits = x.blend(x.mul(0x1p23f), tiny).reinterpretAsInts();
        IntVector e = bits.sub(THREE_QUARTERS_BITS).and(EXPONENT_MASK);
        FloatVector k = toFloat(e).mul(0x1p-23f);
        FloatVector finite = logOf(k.blend(k.sub(23), tiny), bits.sub(e).reinterpretAsFloats().sub(1));
        FloatVector edge = x.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f))
                .blend(Float.NaN, x.compare(VectorOperators.LT, 0f));
        return edge.blend(finite, x.compare(VectorOperators.GT, 0f)
                .and(x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY)));
    }

    /// `ln(1 + x)`
    public static FloatVector log1p(FloatVector x) {
        FloatVector edge = x.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, -1f))
                .blend(Float.NaN, x.compare(VectorOperators.LT, -1f));
        return edge.blend(log1pFinite(x), x.compare(VectorOperators.GT, -1f)
                .and(x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY))
                .and(x.abs().compare(VectorOperators.GE, 0x1p-25f)));
    }

    static FloatVector log1pFinite(FloatVector x) {
        IntVector e = x.add(1).reinterpretAsInts().sub(THREE_QUARTERS_BITS).and(EXPONENT_MASK);
        FloatVector scale = IntVector.broadcast(Lanes.I, FOUR_BITS).sub(e).reinterpretAsFloats();
        FloatVector f = x.mul(0.25f).fma(scale, splat(0.25f).fma(scale, splat(-1)));
        return logOf(toFloat(e).mul(0x1p-23f), f);
    }

    private static FloatVector logOf(FloatVector k, FloatVector f) {
        FloatVector p = splat(L8).fma(f, splat(L7)).fma(f, splat(L6)).fma(f, splat(L5)).fma(f, splat(L4))
                .fma(f, splat(L3)).fma(f, splat(L2)).fma(f, splat(L1)).fma(f, splat(L0));
        return k.fma(splat(LN2_HIGH), f.mul(f).fma(p, f));
    }

    /// The square root.
    public static FloatVector sqrt(FloatVector x) {
        return x.sqrt();
    }

    /// `tanh x`
    public static FloatVector tanh(FloatVector x) {
        FloatVector t = expm1Below(x.abs().mul(-2));
        return orSign(t.neg().div(t.add(2)), x);
    }

    /// `1 / (1 + e^-x)`
    public static FloatVector sigmoid(FloatVector x) {
        return sigmoid(x, exp(x.abs().neg()));
    }

    static FloatVector sigmoid(FloatVector x, FloatVector e) {
        return splat(1).blend(e, x.compare(VectorOperators.LT, 0f)).div(e.add(1));
    }

    /// `log(1 + e^x)`
    public static FloatVector softplus(FloatVector x) {
        return softplus(x, exp(x.abs().neg()));
    }

    static FloatVector softplus(FloatVector x, FloatVector e) {
        return relu(x).add(log1pFinite(e));
    }

    /// The error function.
    public static FloatVector erf(FloatVector x) {
        FloatVector u = x.mul(x);
        FloatVector s = splat(S6).fma(u, splat(S5)).fma(u, splat(S4)).fma(u, splat(S3)).fma(u, splat(S2))
                .fma(u, splat(S1)).fma(u, splat(S0));
        FloatVector small = x.fma(s, x);
        FloatVector size = x.abs();
        FloatVector t = size.blend(ERF_ONE, size.compare(VectorOperators.GT, ERF_ONE));
        FloatVector g = splat(G6).fma(t, splat(G5)).fma(t, splat(G4)).fma(t, splat(G3)).fma(t, splat(G2))
                .fma(t, splat(G1)).fma(t, splat(G0));
        FloatVector large = orSign(splat(1).sub(exp(g)), x);
        return large.blend(small, size.compare(VectorOperators.LT, 1f));
    }

    /// `max(x, 0)`
    public static FloatVector relu(FloatVector x) {
        return x.blend(0f, x.compare(VectorOperators.LT, 0f));
    }

    /// `x` above zero, else `0.01·x`
    public static FloatVector leakyRelu(FloatVector x) {
        return x.mul(LEAKY_SLOPE).blend(x, x.compare(VectorOperators.GT, 0f));
    }

    /// `x` above zero, else `expm1 x`
    public static FloatVector elu(FloatVector x) {
        return expm1Below(x).blend(x, x.compare(VectorOperators.GT, 0f));
    }

    /// `½·a·(1 + erf(a/√2))`
    public static FloatVector gelu(FloatVector a) {
        return a.mul(0.5f).mul(erf(a.mul(SQRT_HALF)).add(1));
    }

    /// `a·sigmoid(a)`
    public static FloatVector silu(FloatVector a) {
        return a.mul(sigmoid(a));
    }

    /// 1, or NaN
    public static FloatVector identityDerivative(FloatVector y) {
        return y.blend(1f, y.compare(VectorOperators.EQ, y));
    }

    /// From the output of [#relu].
    public static FloatVector reluDerivative(FloatVector y) {
        return y.blend(0f, y.compare(VectorOperators.LE, 0f)).blend(1f, y.compare(VectorOperators.GT, 0f));
    }

    /// From the output of [#leakyRelu].
    public static FloatVector leakyReluDerivative(FloatVector y) {
        return y.blend(LEAKY_SLOPE, y.compare(VectorOperators.LE, 0f)).blend(1f, y.compare(VectorOperators.GT, 0f));
    }

    /// From the output of [#tanh].
    public static FloatVector tanhDerivative(FloatVector y) {
        return y.neg().fma(y, splat(1));
    }

    /// From the output of [#sigmoid].
    public static FloatVector sigmoidDerivative(FloatVector y) {
        return y.mul(splat(1).sub(y));
    }

    /// From the output of [#softplus].
    public static FloatVector softplusDerivative(FloatVector y) {
        return expm1Below(y.neg()).neg();
    }

    /// From the output of [#elu].
    public static FloatVector eluDerivative(FloatVector y) {
        return y.add(1).blend(1f, y.compare(VectorOperators.GT, 0f));
    }

    /// From the input of [#gelu].
    public static FloatVector geluDerivative(FloatVector a) {
        FloatVector density = exp(a.mul(a).mul(-0.5f)).mul(INV_SQRT_2PI);
        return a.fma(density, splat(0.5f).fma(erf(a.mul(SQRT_HALF)), splat(0.5f)));
    }

    /// From the input of [#silu].
    public static FloatVector siluDerivative(FloatVector a) {
        FloatVector s = sigmoid(a);
        return s.mul(a.fma(splat(1).sub(s), splat(1)));
    }

    static FloatVector splat(float value) {
        return FloatVector.broadcast(Lanes.F, value);
    }

    private static FloatVector toFloat(IntVector v) {
        return v.convert(VectorOperators.I2F, 0).reinterpretAsFloats();
    }

    private static FloatVector orSign(FloatVector value, FloatVector sign) {
        return value.reinterpretAsInts().or(sign.reinterpretAsInts().and(SIGN_MASK)).reinterpretAsFloats();
    }
}
