package dev.fusedvae.simd;

/// Elementary functions in fp32 that give the same bits as [VectorMath], on any machine and at any vector width.
///
/// Only `fma`, `+ − · /`, a correctly rounded square root, comparisons and integer bit operations are used, in one
/// fixed order. Errors below are the largest found by a dense sweep against double; a NaN input gives a NaN
/// (of unspecified payload). Polynomials are our own minimax fits (Remez exchange, then coefficients rounded to float).
/// Results below 2^-126 are flushed to zero by [#exp] and whatever is built on it.
public final class ScalarMath {
    static final float LOG2_E = 0x1.715476p0f;
    /// ln 2 in two floats (Cody and Waite): with fma, `x − n·ln 2` loses nothing that matters.
    static final float LN2_HIGH = 0x1.62e43p-1f;
    static final float LN2_LOW = -0x1.05c61p-29f;
    /// 1.5·2^23: adding it rounds to an integer, which then sits in the low bits.
    static final float ROUNDER = 0x1.8p23f;

    /// The last argument whose exponential is finite: just below 128·ln 2.
    static final float EXP_MAX = 0x1.62e42ep6f;
    /// The first argument whose exponential is a normal number: just above −126·ln 2.
    static final float EXP_MIN = -0x1.5d589ep6f;
    /// Below it `expm1` is −1 in fp32; the bound keeps 2^n a normal number.
    static final float EXPM1_MIN = -30f;
    /// Above it `expm1` overflows; the bound keeps 2^(n−1) finite.
    static final float EXPM1_MAX = 89f;

    // (exp r − 1 − r)/r² on ±½ ln 2, error 1.4e-8 relative to expm1
    static final float E0 = 0x1.fffffep-2f;
    static final float E1 = 0x1.5554aap-3f;
    static final float E2 = 0x1.55579ap-5f;
    static final float E3 = 0x1.122c38p-7f;
    static final float E4 = 0x1.6ac052p-10f;

    // (log(1+f) − f)/f² on [−¼, ½], error 5.6e-9 relative to the logarithm
    static final float L0 = -0.5f;
    static final float L1 = 0x1.5555a6p-2f;
    static final float L2 = -0x1.000026p-2f;
    static final float L3 = 0x1.99687ep-3f;
    static final float L4 = -0x1.54f33ap-3f;
    static final float L5 = 0x1.2899cap-3f;
    static final float L6 = -0x1.0d9398p-3f;
    static final float L7 = 0x1.ac0418p-4f;
    static final float L8 = -0x1.6ff68ap-5f;
    static final int THREE_QUARTERS_BITS = 0x3f400000;
    static final int FOUR_BITS = 0x40800000;
    static final int EXPONENT_MASK = 0xff800000;
    static final int SIGN_MASK = 0x80000000;

    // (1 − Φ(a))·exp(a²/2)/t in t = 1/(1 + 0.3a), a >= 0, relative error 2.8e-8·(1 + a²/2): the growth is that of
    // rounding a² in the exponential
    static final float TAIL = 0x1.333334p-2f;
    static final float T0 = 0x1.ea0e54p-4f;
    static final float T1 = 0x1.edfbdep-4f;
    static final float T2 = 0x1.9bf37ep-4f;
    static final float T3 = 0x1.048e46p-3f;
    static final float T4 = -0x1.ae4aecp-5f;
    static final float T5 = 0x1.a6a284p-3f;
    static final float T6 = -0x1.433fdep-3f;
    static final float T7 = 0x1.268be2p-5f;

    static final float INV_SQRT_2PI = 0x1.988454p-2f;
    static final float LEAKY_SLOPE = 0.01f;

    private ScalarMath() {}

    /// `e^x`, within 1 ulp; results below 2^-126 become +0, above the largest float +Inf.
    public static float exp(float x) {
        float shifted = Math.fma(x, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
        float p = Math.fma(Math.fma(expm1Tail(r), r, 1), r, 1);
        float scaled = Float.intBitsToFloat(Float.floatToRawIntBits(p) + (Float.floatToRawIntBits(shifted) << 23));
        float bounded = x <= EXP_MAX ? scaled : x * Float.POSITIVE_INFINITY;
        return x < EXP_MIN ? 0 : bounded;
    }

    /// `e^x − 1`, within 2 ulp also where it is small.
    public static float expm1(float x) {
        return expm1Below(x > EXPM1_MAX ? EXPM1_MAX : x);
    }

    /// [#expm1] for x up to 89: the half that the activations use.
    static float expm1Below(float x) {
        float bounded = x < EXPM1_MIN ? EXPM1_MIN : x;
        float shifted = Math.fma(bounded, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, bounded));
        float p = Math.fma(r * r, expm1Tail(r), r);
        // 2^(n−1), doubled at the end, so that n = 128 does not overflow before its time
        float half = Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + 0x3f000000);
        return orSign(Math.fma(half, p, half - 0.5f) * 2, x);
    }

    private static float expm1Tail(float r) {
        float p = Math.fma(E4, r, E3);
        p = Math.fma(p, r, E2);
        p = Math.fma(p, r, E1);
        return Math.fma(p, r, E0);
    }

    /// `ln x`, within 1 ulp; `log 0 = −Inf`, NaN below.
    public static float log(float x) {
        boolean tiny = x < Float.MIN_NORMAL;
        int bits = Float.floatToRawIntBits(tiny ? x * 0x1p23f : x);
        int e = (bits - THREE_QUARTERS_BITS) & EXPONENT_MASK;
        float k = (float) e * 0x1p-23f;
        float poly = log1pPolynomial(Float.intBitsToFloat(bits - e) - 1);
        float finite = Math.fma(tiny ? k - 23 : k, LN2_HIGH, poly);
        float edge = x < 0 ? Float.NaN : x == 0 ? Float.NEGATIVE_INFINITY : x;
        return x > 0 && x < Float.POSITIVE_INFINITY ? finite : edge;
    }

    /// [#log] of a finite x >= 2^-126; anything else gives a number without meaning.
    static float logNormal(float x) {
        int bits = Float.floatToRawIntBits(x);
        int e = (bits - THREE_QUARTERS_BITS) & EXPONENT_MASK;
        return Math.fma((float) e * 0x1p-23f, LN2_HIGH, log1pPolynomial(Float.intBitsToFloat(bits - e) - 1));
    }

    /// `ln(1 + x)`, within 2 ulp also where it is small; NaN below −1.
    public static float log1p(float x) {
        float finite = log1pFinite(x);
        float edge = x < -1 ? Float.NaN : x == -1 ? Float.NEGATIVE_INFINITY : x;
        return x > -1 && x < Float.POSITIVE_INFINITY && Math.abs(x) >= 0x1p-25f ? finite : edge;
    }

    /// [#log1p] of e in [0, 1], or NaN: all that likelihoods need.
    static float log1pUnit(float e) {
        boolean upper = e > 0.5f;
        float poly = log1pPolynomial(upper ? Math.fma(e, 0.5f, -0.5f) : e);
        return poly + (upper ? LN2_HIGH : 0);
    }

    private static float log1pFinite(float x) {
        int e = (Float.floatToRawIntBits(1 + x) - THREE_QUARTERS_BITS) & EXPONENT_MASK;
        float scale = Float.intBitsToFloat(FOUR_BITS - e); // 4·2^-k, a normal number for every k
        float f = Math.fma(x * 0.25f, scale, Math.fma(0.25f, scale, -1)); // (1 + x)·2^-k − 1, rounded once
        return Math.fma((float) e * 0x1p-23f, LN2_HIGH, log1pPolynomial(f));
    }

    /// `ln(1 + f)` for f in [−¼, ½]
    ///
    /// The last term is (f·p)·f and not f²·p: the square of a small f underflows, which takes a processor tens of cycles, and
    /// most pixels of a trained model have a small f (logits of −20 or below: four times the time of the whole likelihood).
    private static float log1pPolynomial(float f) {
        float p = Math.fma(L8, f, L7);
        p = Math.fma(p, f, L6);
        p = Math.fma(p, f, L5);
        p = Math.fma(p, f, L4);
        p = Math.fma(p, f, L3);
        p = Math.fma(p, f, L2);
        p = Math.fma(p, f, L1);
        p = Math.fma(p, f, L0);
        return Math.fma(f * p, f, f);
    }

    /// The square root, correctly rounded.
    public static float sqrt(float x) {
        return (float) Math.sqrt(x);
    }

    /// `tanh x`, within 3 ulp also where it is small.
    public static float tanh(float x) {
        float t = expm1Below(-2 * Math.abs(x));
        return orSign(-t / (t + 2), x);
    }

    /// `1 / (1 + e^-x)`, within 3 ulp on both sides.
    public static float sigmoid(float x) {
        return sigmoid(x, exp(-Math.abs(x)));
    }

    /// [#sigmoid] of x given `e = exp(−|x|)`.
    static float sigmoid(float x, float e) {
        return (x < 0 ? e : 1) / (1 + e);
    }

    /// `log(1 + e^x) = max(x, 0) + log1p(e^-|x|)`, within 3 ulp.
    public static float softplus(float x) {
        return softplus(x, exp(-Math.abs(x)));
    }

    /// [#softplus] of x given `e = exp(−|x|)`.
    static float softplus(float x, float e) {
        return relu(x) + log1pUnit(e);
    }

    /// The standard normal distribution function `Φ(a) = ½(1 + erf(a/√2))`, within 2e-7, and relative to its size
    /// within 4e-7·(1 + a²/2) in the lower tail, where `1 + erf` would cancel.
    public static float normalCdf(float a) {
        return normalCdf(a, exp(a * a * -0.5f));
    }

    /// [#normalCdf] of a given `e = exp(−a²/2)`.
    private static float normalCdf(float a, float e) {
        float t = 1 / Math.fma(Math.abs(a), TAIL, 1);
        float p = Math.fma(T7, t, T6);
        p = Math.fma(p, t, T5);
        p = Math.fma(p, t, T4);
        p = Math.fma(p, t, T3);
        p = Math.fma(p, t, T2);
        p = Math.fma(p, t, T1);
        p = Math.fma(p, t, T0);
        float tail = p * t * e;
        return a < 0 ? tail : 1 - tail;
    }

    /// `max(x, 0)`, keeping −0 and NaN.
    public static float relu(float x) {
        return x < 0 ? 0 : x;
    }

    /// `x` above zero, else `0.01·x`.
    public static float leakyRelu(float x) {
        return x > 0 ? x : x * LEAKY_SLOPE;
    }

    /// `x` above zero, else `expm1 x`.
    public static float elu(float x) {
        float below = expm1Below(x);
        return x > 0 ? x : below;
    }

    /// `a·Φ(a)`, which is `½·a·(1 + erf(a/√2))`; error below 2e-7·max(1, |a|).
    public static float gelu(float a) {
        return a * normalCdf(a);
    }

    /// `a·sigmoid(a)`, within 3 ulp.
    public static float silu(float a) {
        return a * sigmoid(a);
    }

    /// The derivative of identity from its output: 1, or NaN.
    public static float identityDerivative(float y) {
        return y == y ? 1 : y;
    }

    /// The derivative of [#relu] from its output.
    public static float reluDerivative(float y) {
        return y > 0 ? 1 : y <= 0 ? 0 : y;
    }

    /// The derivative of [#leakyRelu] from its output.
    public static float leakyReluDerivative(float y) {
        return y > 0 ? 1 : y <= 0 ? LEAKY_SLOPE : y;
    }

    /// The derivative of [#tanh] from its output: `1 − y²`.
    public static float tanhDerivative(float y) {
        return Math.fma(-y, y, 1);
    }

    /// The derivative of [#sigmoid] from its output: `y·(1 − y)`.
    public static float sigmoidDerivative(float y) {
        return y * (1 - y);
    }

    /// The derivative of [#softplus] from its output: `1 − e^-y`.
    public static float softplusDerivative(float y) {
        return -expm1Below(-y);
    }

    /// The derivative of [#elu] from its output: 1 above zero, else `y + 1`.
    public static float eluDerivative(float y) {
        return y > 0 ? 1 : y + 1;
    }

    /// The derivative of [#gelu] from its input: `Φ(a) + a·φ(a)`.
    public static float geluDerivative(float a) {
        float e = exp(a * a * -0.5f);
        return Math.fma(a, e * INV_SQRT_2PI, normalCdf(a, e));
    }

    /// The derivative of [#silu] from its input: `σ·(1 + a·(1 − σ))`.
    public static float siluDerivative(float a) {
        float s = sigmoid(a);
        return s * Math.fma(a, 1 - s, 1);
    }

    /// `value`, negative also where `sign` is.
    private static float orSign(float value, float sign) {
        return Float.intBitsToFloat(
                Float.floatToRawIntBits(value) | Float.floatToRawIntBits(sign) & SIGN_MASK);
    }
}
