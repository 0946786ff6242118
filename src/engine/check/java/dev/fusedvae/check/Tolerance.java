package dev.fusedvae.check;

/// How far a result may be from the truth: `|fast − exact| <= factor · naive + floor`.
///
/// `exact` is the definition in double on the very inputs that the fast code read. `naive` is what a plain loop in the
/// same precision may be off: the a-priori bound of [Rounding], such as γ_K Σ|x||w| of a product over K terms with
/// γ_n = n·unit/(1 − n·unit) (Higham 2002, §3.1). A bound, not the error of one naive run: that error is now and then
/// zero by luck, and the rule would then forbid every other order of summation.
///
/// @param unit   the unit roundoff of the precision: half the distance from 1 to the next number
/// @param factor how often the naive bound; 2 leaves room for the second-order terms that the bound drops
/// @param floor  what is allowed always: numbers below the smallest normal one may be flushed to zero
/// @param split  roundings that an element of a product of matrices may have besides one for each of its terms
public record Tolerance(double unit, double factor, double floor, int split) {

    /// Arithmetic, and accumulation, in fp32.
    public static final Tolerance FP32 = new Tolerance(0x1p-24, 2, Float.MIN_NORMAL, 0);

    /// Products of matrices in 3xTF32 on tensor cores (kernels/common/mma.cuh), all else in fp32.
    ///
    /// With u = 2⁻²⁴ and S = Σ|x||w| over the K terms of an element:
    /// - the split drops small·small, 2⁻²² of a term, and what small rounds off either operand, 2⁻²³ each: 2⁻²¹ = 8u, once;
    /// - a slice of 16 terms is two products of tensor cores from zero on. Each may cut, not round, at 2⁻²³ of its largest
    ///   number; taken as two sums of four terms, with accumulator and result 12 cuts: 2 · 12 · 2u = 48u of the slice, and
    ///   as slices share no term, 48u of S in all;
    /// - slices are added in fp32, ⌈K/16⌉ roundings, and so are the corrections, one more;
    /// - the corrections, 2⁻¹⁰ S, run through K/4 products of their own: K/4 · 24u · 2⁻¹⁰ < K/170 u.
    ///
    /// Together at most (⌈K/16⌉ + K/170 + 57) u S, which is less than γ of K + 58, for operands that are zero or above 2⁻¹¹⁵:
    /// the small part of a smaller one may be flushed. How tensor cores cut is from Fasi, Higham, Mikaitis and Pranesh
    /// (2021); *unverified on hardware*.
    public static final Tolerance TF32X3 = new Tolerance(0x1p-24, 2, Float.MIN_NORMAL, 58);

    public Tolerance {
        if (!(unit > 0 && factor >= 1 && floor >= 0 && split >= 0)) {
            throw new IllegalArgumentException("a tolerance needs unit > 0, factor >= 1, floor >= 0 and split >= 0, got %s, %s, %s, %s"
                    .formatted(unit, factor, floor, split));
        }
    }

    /// The largest error that passes where a plain evaluation may be off by `naive`.
    public double allowed(double naive) {
        return factor * naive + floor;
    }

    /// γ_n: the relative error that n roundings in a row can add up to.
    double gamma(long n) {
        return n * unit / (1 - n * unit);
    }

    /// The same for an element of a product of matrices over `n` terms.
    double productGamma(long n) {
        return gamma(n + split);
    }

    /// ‖actual − exact‖ / ‖exact‖, Euclidean: for whole vectors, such as all gradients of a step, where the rule compares
    /// the errors of two backends or levels rather than an error with a bound.
    ///
    /// @throws IllegalArgumentException if `exact` is all zeros: then nothing would be compared
    public static double relativeError(float[] actual, double[] exact) {
        if (actual.length != exact.length) {
            throw new IllegalArgumentException("cannot compare " + actual.length + " values with " + exact.length);
        }
        double off = 0;
        double size = 0;
        for (int i = 0; i < exact.length; i++) {
            off += (actual[i] - exact[i]) * (actual[i] - exact[i]);
            size += exact[i] * exact[i];
        }
        if (size == 0) {
            throw new IllegalArgumentException("the expected vector is all zeros: choose inputs that make it differ from nothing");
        }
        return Math.sqrt(off / size);
    }
}
