package dev.fusedvae.rng;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/// What the tests of distributions share. Seeds are fixed, so a bound that holds once holds always.
final class Statistics {
    private Statistics() {}

    /// √n·sup|F_n − F|: above 1.95 with probability 0.001 if the sample is of F.
    static double kolmogorovSmirnov(float[] sample, DoubleUnaryOperator cdf) {
        float[] sorted = sample.clone();
        Arrays.sort(sorted);
        double sup = 0;
        int n = sorted.length;
        for (int i = 0; i < n; i++) {
            double f = cdf.applyAsDouble(sorted[i]);
            sup = Math.max(sup, Math.max((i + 1.0) / n - f, f - (double) i / n));
        }
        return Math.sqrt(n) * sup;
    }

    /// The standard normal distribution function, by the series x + x³/3 + x⁵/15 + ... (Marsaglia, JSS 2004).
    static double phi(double x) {
        if (Math.abs(x) > 8) {
            return x > 0 ? 1 : 0;
        }
        double sum = x;
        double term = x;
        for (int k = 3; Math.abs(term) > 1e-17; k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /// How many standard deviations χ² is above its mean, for many degrees of freedom (Wilson–Hilferty).
    static double chiSquareSigmas(double chiSquare, double degrees) {
        double v = 2 / (9 * degrees);
        return (Math.cbrt(chiSquare / degrees) - (1 - v)) / Math.sqrt(v);
    }

    /// Mean of z^power.
    static double moment(float[] sample, int power) {
        double sum = 0;
        for (float z : sample) {
            sum += Math.pow(z, power);
        }
        return sum / sample.length;
    }
}
