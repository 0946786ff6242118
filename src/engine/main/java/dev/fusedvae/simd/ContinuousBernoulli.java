package dev.fusedvae.simd;

/// The continuous Bernoulli on a logit l: Loaiza-Ganem & Cunningham 2019.
///
/// `log p(x) = l·x − max(l,0) + g(a)`, a = |l|, with `g(a) = log(a / (1 − e^−a))`, which is their log C(λ) = log(l / tanh ½l)
/// less log(1 + e^−a). Its mean is 1 − g′(a) for l >= 0 and g′(a) below, with `g′(a) = 1/a − 1/(e^a − 1)`.
///
/// Below a = 1 both are the first terms of their series: `g′(a) = ½ − Σ B₂ₙ a^(2n−1) / (2n)!` (Bernoulli numbers), where what
/// is left out is below 6e-10; above, a quotient of exponentials that loses at most two bits.
public final class ContinuousBernoulli {
    // g′(a) = ½ − a·P(a²)
    static final float P0 = 1f / 12;
    static final float P1 = -1f / 720;
    static final float P2 = 1f / 30240;
    static final float P3 = -1f / 1209600;
    static final float P4 = 1f / 47900160;
    // g(a) = ½a − a²·Q(a²)
    static final float Q0 = 1f / 24;
    static final float Q1 = -1f / 2880;
    static final float Q2 = 1f / 181440;
    static final float Q3 = -1f / 9676800;
    static final float Q4 = 1f / 479001600;

    private ContinuousBernoulli() {}

    /// g of a >= 0.
    static float log(float a) {
        float ratio = a / -ScalarMath.expm1Below(-a);
        float t = a * a;
        float series = Math.fma(Math.fma(Math.fma(Math.fma(Q4, t, Q3), t, Q2), t, Q1), t, Q0);
        float near = Math.fma(-t, series, a * 0.5f);
        float far = ScalarMath.logNormal(ratio);
        return a < 1 ? near : far;
    }

    /// The mean for logit l.
    public static float mean(float l) {
        float a = Math.abs(l);
        float e = ScalarMath.exp(-a);
        float far = 1 / a - e / (1 - e);
        float t = a * a;
        float series = Math.fma(Math.fma(Math.fma(Math.fma(P4, t, P3), t, P2), t, P1), t, P0);
        float near = Math.fma(-a, series, 0.5f);
        float slope = a < 1 ? near : far;
        return l < 0 ? slope : 1 - slope;
    }
}
