package dev.fusedvae.lab;

import java.util.List;
import java.util.stream.IntStream;

/// Repeated measurements of one thing, in the order in which they were taken.
public record Samples(List<Double> values) {

    public Samples {
        values = List.copyOf(values);
        if (values.isEmpty() || !values.stream().allMatch(v -> Double.isFinite(v) && v > 0)) {
            throw new IllegalArgumentException("samples must be positive numbers, at least one; got " + values);
        }
    }

    public static Samples of(List<Double> values) {
        return new Samples(values);
    }

    public double median() {
        return quantile(0.5);
    }

    public double min() {
        return quantile(0);
    }

    public double max() {
        return quantile(1);
    }

    /// The distance of the quartiles as a share of the median.
    public double spread() {
        return (quantile(0.75) - quantile(0.25)) / median();
    }

    /// The value below which the share `q` of the samples lies, linear between neighbours (Hyndman and Fan 1996, type 7).
    public double quantile(double q) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double at = q * (sorted.length - 1);
        int low = (int) Math.floor(at);
        int high = Math.min(low + 1, sorted.length - 1);
        return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
    }

    /// `other` ÷ this, turn by turn: what is shared by a turn, such as a busy machine, cancels.
    public Samples ratio(Samples other) {
        int turns = Math.min(values.size(), other.values.size());
        return new Samples(IntStream.range(0, turns).mapToObj(i -> other.values.get(i) / values.get(i)).toList());
    }
}
