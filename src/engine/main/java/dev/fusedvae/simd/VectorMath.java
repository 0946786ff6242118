package dev.fusedvae.simd;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/// The functions of [ScalarMath] on vectors of [Lanes#F]: the same operations in the same order, hence the same bits.
///
/// Formulas, errors and edges are stated there. Loading this class needs the incubator module: ask [Simd#vector()] first.
///
/// C2 stops inlining methods outside the JDK once a compilation has made 18,000 nodes (`NodeCountInliningCutoff`), and
/// a vector that crosses a real call is boxed. An operation makes 400 nodes, a scalar operand 200 more. So constants
/// are vectors here, calls are few, and a loop makes its last call early: before its 40th operation if it is compiled by
/// itself, where `ElementwiseAllocationTest` fails, and before its 30th or so where C2 inlines the loop into a kernel that
/// has nodes already (tanh behind a product, with a call for the sign at its 33rd operation: 9 kB a step).
public final class VectorMath {
    static final FloatVector ZERO = splat(0);
    static final FloatVector ONE = splat(1);
    static final FloatVector MINUS_ONE = splat(-1);
    static final FloatVector HALF = splat(0.5f);
    static final FloatVector MINUS_HALF = splat(-0.5f);
    private static final FloatVector TWO = splat(2);
    private static final FloatVector MINUS_TWO = splat(-2);
    private static final FloatVector QUARTER = splat(0.25f);
    private static final FloatVector INFINITY = splat(Float.POSITIVE_INFINITY);
    private static final FloatVector LEAKY_SLOPE = splat(ScalarMath.LEAKY_SLOPE);
    private static final FloatVector LOG2_E = splat(ScalarMath.LOG2_E);
    static final FloatVector LN2 = splat(ScalarMath.LN2_HIGH);
    private static final FloatVector MINUS_LN2_HIGH = splat(-ScalarMath.LN2_HIGH);
    private static final FloatVector MINUS_LN2_LOW = splat(-ScalarMath.LN2_LOW);
    private static final FloatVector ROUNDER = splat(ScalarMath.ROUNDER);
    private static final FloatVector EXP_MAX = splat(ScalarMath.EXP_MAX);
    private static final FloatVector EXP_MIN = splat(ScalarMath.EXP_MIN);
    private static final FloatVector EXPM1_MIN = splat(ScalarMath.EXPM1_MIN);
    private static final FloatVector E0 = splat(ScalarMath.E0);
    private static final FloatVector E1 = splat(ScalarMath.E1);
    private static final FloatVector E2 = splat(ScalarMath.E2);
    private static final FloatVector E3 = splat(ScalarMath.E3);
    private static final FloatVector E4 = splat(ScalarMath.E4);
    static final FloatVector L0 = splat(ScalarMath.L0);
    static final FloatVector L1 = splat(ScalarMath.L1);
    static final FloatVector L2 = splat(ScalarMath.L2);
    static final FloatVector L3 = splat(ScalarMath.L3);
    static final FloatVector L4 = splat(ScalarMath.L4);
    static final FloatVector L5 = splat(ScalarMath.L5);
    static final FloatVector L6 = splat(ScalarMath.L6);
    static final FloatVector L7 = splat(ScalarMath.L7);
    static final FloatVector L8 = splat(ScalarMath.L8);
    private static final FloatVector TAIL = splat(ScalarMath.TAIL);
    private static final FloatVector T0 = splat(ScalarMath.T0);
    private static final FloatVector T1 = splat(ScalarMath.T1);
    private static final FloatVector T2 = splat(ScalarMath.T2);
    private static final FloatVector T3 = splat(ScalarMath.T3);
    private static final FloatVector T4 = splat(ScalarMath.T4);
    private static final FloatVector T5 = splat(ScalarMath.T5);
    private static final FloatVector T6 = splat(ScalarMath.T6);
    private static final FloatVector T7 = splat(ScalarMath.T7);
    private static final FloatVector INV_SQRT_2PI = splat(ScalarMath.INV_SQRT_2PI);
    private static final IntVector SIGN = IntVector.broadcast(Lanes.I, ScalarMath.SIGN_MASK);
    private static final IntVector EXPONENT_OF_HALF = IntVector.broadcast(Lanes.I, 0x3f000000);

    private VectorMath() {}

    /// `e^x`
    public static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(LOG2_E, ROUNDER);
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, x));
        FloatVector p = E4.fma(r, E3).fma(r, E2).fma(r, E1).fma(r, E0).fma(r, ONE).fma(r, ONE);
        IntVector exponent = shifted.reinterpretAsInts().lanewise(LSHL, 23);
        FloatVector scaled = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
        return x.mul(INFINITY).blend(scaled, x.compare(LE, EXP_MAX)).blend(ZERO, x.compare(LT, EXP_MIN));
    }

    /// `e^x − 1`
    public static FloatVector expm1(FloatVector x) {
        return expm1Below(x.blend(ScalarMath.EXPM1_MAX, x.compare(GT, ScalarMath.EXPM1_MAX)));
    }

    static FloatVector expm1Below(FloatVector x) {
        FloatVector bounded = x.blend(EXPM1_MIN, x.compare(LT, EXPM1_MIN));
        FloatVector shifted = bounded.fma(LOG2_E, ROUNDER);
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, bounded));
        FloatVector tail = E4.fma(r, E3).fma(r, E2).fma(r, E1).fma(r, E0);
        FloatVector p = r.mul(r).fma(tail, r);
        IntVector exponent = shifted.reinterpretAsInts().lanewise(LSHL, 23);
        FloatVector half = exponent.add(EXPONENT_OF_HALF).reinterpretAsFloats();
        FloatVector magnitude = half.fma(p, half.sub(HALF)).mul(TWO);
        return magnitude.reinterpretAsInts().or(x.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
    }

    /// `ln x`
    public static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.compare(LT, Float.MIN_NORMAL);
        IntVector bits = x.blend(x.mul(0x1p23f), tiny).reinterpretAsInts();
        IntVector e = bits.sub(ScalarMath.THREE_QUARTERS_BITS).and(ScalarMath.EXPONENT_MASK);
        FloatVector k = e.convert(I2F, 0).reinterpretAsFloats().mul(0x1p-23f);
        FloatVector poly = log1pPolynomial(bits.sub(e).reinterpretAsFloats().sub(ONE));
        FloatVector finite = k.blend(k.sub(23), tiny).fma(LN2, poly);
        FloatVector edge = x.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, ZERO)).blend(Float.NaN, x.compare(LT, ZERO));
        return edge.blend(finite, x.compare(GT, ZERO).and(x.compare(LT, INFINITY)));
    }

    /// `ln(1 + x)`
    public static FloatVector log1p(FloatVector x) {
        IntVector e = x.add(ONE).reinterpretAsInts().sub(ScalarMath.THREE_QUARTERS_BITS).and(ScalarMath.EXPONENT_MASK);
        FloatVector scale = IntVector.broadcast(Lanes.I, ScalarMath.FOUR_BITS).sub(e).reinterpretAsFloats();
        FloatVector poly = log1pPolynomial(x.mul(QUARTER).fma(scale, QUARTER.fma(scale, MINUS_ONE)));
        FloatVector finite = e.convert(I2F, 0).reinterpretAsFloats().mul(0x1p-23f).fma(LN2, poly);
        FloatVector edge = x.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, MINUS_ONE))
                .blend(Float.NaN, x.compare(LT, MINUS_ONE));
        return edge.blend(finite, x.compare(GT, MINUS_ONE)
                .and(x.compare(LT, INFINITY))
                .and(x.abs().compare(GE, 0x1p-25f)));
    }

    static FloatVector log1pUnit(FloatVector e) {
        VectorMask<Float> upper = e.compare(GT, HALF);
        return log1pPolynomial(e.blend(e.fma(HALF, MINUS_HALF), upper)).add(ZERO.blend(LN2, upper));
    }

    private static FloatVector log1pPolynomial(FloatVector f) {
        FloatVector p = L8.fma(f, L7).fma(f, L6).fma(f, L5).fma(f, L4).fma(f, L3).fma(f, L2).fma(f, L1).fma(f, L0);
        return f.mul(p).fma(f, f);
    }

    /// The square root.
    public static FloatVector sqrt(FloatVector x) {
        return x.sqrt();
    }

    /// `tanh x`
    public static FloatVector tanh(FloatVector x) {
        FloatVector t = expm1Below(x.abs().mul(MINUS_TWO));
        return t.neg().div(t.add(TWO)).reinterpretAsInts().or(x.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
    }

    /// `1 / (1 + e^-x)`
    public static FloatVector sigmoid(FloatVector x) {
        return sigmoid(x, exp(x.abs().neg()));
    }

    static FloatVector sigmoid(FloatVector x, FloatVector e) {
        return ONE.blend(e, x.compare(LT, ZERO)).div(e.add(ONE));
    }

    /// `log(1 + e^x)`
    public static FloatVector softplus(FloatVector x) {
        return relu(x).add(log1pUnit(exp(x.abs().neg())));
    }

    /// The standard normal distribution function.
    public static FloatVector normalCdf(FloatVector a) {
        return normalCdf(a, exp(a.mul(a).mul(MINUS_HALF)));
    }

    private static FloatVector normalCdf(FloatVector a, FloatVector e) {
        FloatVector t = ONE.div(a.abs().fma(TAIL, ONE));
        FloatVector p = T7.fma(t, T6).fma(t, T5).fma(t, T4).fma(t, T3).fma(t, T2).fma(t, T1).fma(t, T0);
        FloatVector tail = p.mul(t).mul(e);
        return ONE.sub(tail).blend(tail, a.compare(LT, ZERO));
    }

    /// `max(x, 0)`
    public static FloatVector relu(FloatVector x) {
        return x.blend(ZERO, x.compare(LT, ZERO));
    }

    /// `x` above zero, else `0.01·x`
    public static FloatVector leakyRelu(FloatVector x) {
        return x.mul(LEAKY_SLOPE).blend(x, x.compare(GT, ZERO));
    }

    /// `x` above zero, else `expm1 x`
    public static FloatVector elu(FloatVector x) {
        return expm1Below(x).blend(x, x.compare(GT, ZERO));
    }

    /// `a·Φ(a)`
    public static FloatVector gelu(FloatVector a) {
        return a.mul(normalCdf(a));
    }

    /// `a·sigmoid(a)`
    public static FloatVector silu(FloatVector a) {
        return a.mul(sigmoid(a));
    }

    /// 1, or NaN
    public static FloatVector identityDerivative(FloatVector y) {
        return y.blend(ONE, y.compare(EQ, y));
    }

    /// From the output of [#relu].
    public static FloatVector reluDerivative(FloatVector y) {
        return y.blend(ZERO, y.compare(LE, ZERO)).blend(ONE, y.compare(GT, ZERO));
    }

    /// From the output of [#leakyRelu].
    public static FloatVector leakyReluDerivative(FloatVector y) {
        return y.blend(LEAKY_SLOPE, y.compare(LE, ZERO)).blend(ONE, y.compare(GT, ZERO));
    }

    /// From the output of [#tanh].
    public static FloatVector tanhDerivative(FloatVector y) {
        return y.neg().fma(y, ONE);
    }

    /// From the output of [#sigmoid].
    public static FloatVector sigmoidDerivative(FloatVector y) {
        return y.mul(ONE.sub(y));
    }

    /// From the output of [#softplus].
    public static FloatVector softplusDerivative(FloatVector y) {
        return expm1Below(y.neg()).neg();
    }

    /// From the output of [#elu].
    public static FloatVector eluDerivative(FloatVector y) {
        return y.add(ONE).blend(ONE, y.compare(GT, ZERO));
    }

    /// From the input of [#gelu].
    public static FloatVector geluDerivative(FloatVector a) {
        FloatVector e = exp(a.mul(a).mul(MINUS_HALF));
        return a.fma(e.mul(INV_SQRT_2PI), normalCdf(a, e));
    }

    /// From the input of [#silu].
    public static FloatVector siluDerivative(FloatVector a) {
        FloatVector s = sigmoid(a);
        return s.mul(a.fma(ONE.sub(s), ONE));
    }

    static FloatVector splat(float value) {
        return FloatVector.broadcast(Lanes.F, value);
    }
}
