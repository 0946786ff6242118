package dev.fusedvae.reproduce;

import java.util.Locale;
import java.util.OptionalDouble;

/// One measured number and the band in which it must lie; without bounds it is reported, not judged.
///
/// @param what  the quantity with its unit: `NLL (nats)`
/// @param least the smallest value that passes
/// @param most  the largest value that passes
public record Check(String what, double got, OptionalDouble least, OptionalDouble most) {

    /// A number that is reported and not judged.
    static Check info(String what, double got) {
        return new Check(what, got, OptionalDouble.empty(), OptionalDouble.empty());
    }

    static Check atMost(String what, double got, double most) {
        return new Check(what, got, OptionalDouble.empty(), OptionalDouble.of(most));
    }

    static Check within(String what, double got, double least, double most) {
        return new Check(what, got, OptionalDouble.of(least), OptionalDouble.of(most));
    }

    /// Whether there is a band at all.
    public boolean judged() {
        return least.isPresent() || most.isPresent();
    }

    /// Whether the number lies in its band; NaN lies in none.
    public boolean passed() {
        return !judged() || got >= least.orElse(Double.NEGATIVE_INFINITY) && got <= most.orElse(Double.POSITIVE_INFINITY);
    }

    /// The band in words: `<= 106.1`, `85.85 … 86.85`, or nothing.
    public String band() {
        if (least.isPresent() && most.isPresent()) {
            return number(least.getAsDouble()) + " … " + number(most.getAsDouble());
        }
        return least.isPresent() ? ">= " + number(least.getAsDouble()) : most.isPresent() ? "<= " + number(most.getAsDouble()) : "";
    }

    /// A figure with as many places as it deserves.
    public static String number(double value) {
        double size = Math.abs(value);
        return value == Math.rint(value) && size < 1e6 ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, size >= 10 ? "%.2f" : size >= 0.1 ? "%.4f" : "%.3g", value);
    }
}
