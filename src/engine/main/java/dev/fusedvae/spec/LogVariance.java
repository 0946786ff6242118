package dev.fusedvae.spec;

/// The range of every log-variance: values are clamped to it where they are used, with zero gradient outside.
public final class LogVariance {
    public static final double MIN = -30;
    public static final double MAX = 20;

    private LogVariance() {}

    /// Clamps to the range; NaN stays NaN.
    public static double clamp(double logVar) {
        return logVar < MIN ? MIN : logVar > MAX ? MAX : logVar;
    }

    /// True where the clamp passes gradients.
    public static boolean inside(double logVar) {
        return logVar >= MIN && logVar <= MAX;
    }
}
