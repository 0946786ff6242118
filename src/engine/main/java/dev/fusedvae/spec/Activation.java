package dev.fusedvae.spec;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// The activation functions of a layer, with their definition in double precision: the oracle of every kernel.
///
/// Definitions and behaviour at NaN, ±0 and ±Inf are PyTorch's, so `gelu` and `silu` of -Inf are NaN (−∞·0).
/// NaN propagates through every value and every derivative.
public enum Activation {
    /// `a`
    IDENTITY(0, Slope.BY_OUTPUT),
    /// `max(a, 0)`
    RELU(1, Slope.BY_OUTPUT),
    /// `a` above zero, else `0.01·a`
    LEAKY_RELU(2, Slope.BY_OUTPUT),
    /// `tanh a`
    TANH(3, Slope.BY_OUTPUT),
    /// `1 / (1 + exp(−a))`
    SIGMOID(4, Slope.BY_OUTPUT),
    /// `log(1 + exp a)`
    SOFTPLUS(5, Slope.BY_OUTPUT),
    /// `a` above zero, else `exp(a) − 1`
    ELU(6, Slope.BY_OUTPUT),
    /// `a·Φ(a) = ½·a·(1 + erf(a/√2))`, the exact form
    GELU(7, Slope.BY_INPUT),
    /// `a·sigmoid(a)`, also called swish
    SILU(8, Slope.BY_INPUT);

    /// Slope of [#LEAKY_RELU] below zero.
    public static final double LEAKY_SLOPE = 0.01;

    /// What the derivative is computed from.
    private enum Slope { BY_INPUT, BY_OUTPUT }

    private final int code;
    private final Slope slope;

    Activation(int code, Slope slope) {
        this.code = code;
        this.slope = slope;
    }

    /// The number by which kernels know it: `ActivationCode` of kernels/common/activation.cuh. It is never given to another.
    public int code() {
        return code;
    }

    /// The name used on the command line and in files, such as `leaky-relu`.
    public String flag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The activation called `flag` on the command line.
    ///
    /// @throws IllegalArgumentException if there is none, listing the names that exist
    public static Activation parse(String flag) {
        for (Activation activation : values()) {
            if (activation.flag().equals(flag)) {
                return activation;
            }
        }
        throw new IllegalArgumentException("activation must be one of "
                + Arrays.stream(values()).map(Activation::flag).collect(Collectors.joining(", ")) + "; got " + flag);
    }

    /// True where the backward pass needs the pre-activation `a`; elsewhere the output `y` is enough.
    public boolean derivesFromInput() {
        return slope == Slope.BY_INPUT;
    }

    /// The activation of `a`.
    public double value(double a) {
        return switch (this) {
            case IDENTITY -> a;
            case RELU -> a < 0 ? 0 : a;
            case LEAKY_RELU -> a > 0 ? a : LEAKY_SLOPE * a;
            case TANH -> Math.tanh(a);
            case SIGMOID -> sigmoid(a);
            case SOFTPLUS -> Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
            case ELU -> a > 0 ? a : Math.expm1(a);
            case GELU -> a * 0.5 * (1 + erf(a * Math.sqrt(0.5)));
            case SILU -> a * sigmoid(a);
        };
    }

    /// The derivative at pre-activation `a`, whose activation is `y`; each reads only the one of the two that
    /// [#derivesFromInput()] names.
    public double derivative(double a, double y) {
        return switch (this) {
            case IDENTITY -> Double.isNaN(y) ? y : 1;
            case RELU -> step(y, 0);
            case LEAKY_RELU -> step(y, LEAKY_SLOPE);
            case TANH -> 1 - y * y;
            case SIGMOID -> y * (1 - y);
            case SOFTPLUS -> -Math.expm1(-y);
            case ELU -> y > 0 ? 1 : y + 1;
            case GELU -> 0.5 * (1 + erf(a * Math.sqrt(0.5))) + a * Math.exp(-0.5 * a * a) / Math.sqrt(2 * Math.PI);
            case SILU -> sigmoid(a) * (1 + a * (1 - sigmoid(a)));
        };
    }

    private static double step(double y, double below) {
        return y > 0 ? 1 : y <= 0 ? below : y;
    }

    private static double sigmoid(double a) {
        double e = Math.exp(-Math.abs(a));
        return (a >= 0 ? 1 : e) / (1 + e);
    }

    /// The error function, to double precision: `erf x = 2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!`: every term has the sign of x, so nothing cancels.
    static double erf(double x) {
        if (Math.abs(x) > 6) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}
