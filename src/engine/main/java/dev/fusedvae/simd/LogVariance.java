package dev.fusedvae.simd;

/// The bounds of every learned log-variance, and the constants of a Gaussian, rounded once from double.
public final class LogVariance {
    public static final float MIN = (float) dev.fusedvae.spec.LogVariance.MIN;
    public static final float MAX = (float) dev.fusedvae.spec.LogVariance.MAX;

    /// `½ log 2π`
    static final float HALF_LOG_2PI = (float) (0.5 * StrictMath.log(2 * Math.PI));

    private LogVariance() {}

    /// `logVar` within its bounds; NaN stays NaN.
    static float clamp(float logVar) {
        return logVar < MIN ? MIN : logVar > MAX ? MAX : logVar;
    }

    /// True where the clamp acts and the gradient is 0; false for NaN.
    static boolean clamped(float logVar) {
        return logVar < MIN || logVar > MAX;
    }

    /// `½ log 2πv`
    static float halfLog2Pi(float variance) {
        return (float) (0.5 * StrictMath.log(2 * Math.PI * variance));
    }

    static float requireVariance(float variance) {
        if (!(variance > 0 && variance < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("variance must be positive and finite, got " + variance);
        }
        return variance;
    }

    static void requireColumns(int columns) {
        if (columns < 1 || columns > Simd.PANEL) {
            throw new IllegalArgumentException("columns of a panel tile must be 1.." + Simd.PANEL + ", got " + columns);
        }
    }
}
