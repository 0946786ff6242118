package dev.fusedvae.simd;

/// What stays constant over the steps of Adam and AdamW, as the floats that the loops use.
///
/// `oneMinusBeta1` and `oneMinusBeta2` are rounded from double, as PyTorch's are.
public record AdamRule(float beta1, float oneMinusBeta1, float beta2, float oneMinusBeta2, float epsilon) {
    /// Moments smaller than these become 0, so that no denormal slows the loops down.
    static final float MOMENT_FLOOR = 1e-30f;
    static final float SQUARE_FLOOR = 1e-36f;

    public AdamRule {
        requireDecay("beta1", beta1);
        requireDecay("beta2", beta2);
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("epsilon must be > 0, got " + epsilon + "; PyTorch's default is 1e-8");
        }
    }

    /// The rule of PyTorch's `betas=(beta1, beta2), eps=epsilon`.
    public static AdamRule of(double beta1, double beta2, double epsilon) {
        return new AdamRule((float) beta1, (float) (1 - beta1), (float) beta2, (float) (1 - beta2), (float) epsilon);
    }

    private static void requireDecay(String name, float beta) {
        if (!(beta >= 0 && beta < 1)) {
            throw new IllegalArgumentException(name + " must be in [0, 1), got " + beta);
        }
    }
}
