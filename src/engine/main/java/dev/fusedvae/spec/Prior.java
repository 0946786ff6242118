package dev.fusedvae.spec;

import java.util.List;

/// The prior p(z): a diagonal Gaussian of given means and variances, N(0, I) by default.
///
/// @param mean     one value for all latents, or one for each
/// @param variance likewise, each > 0
public record Prior(List<Double> mean, List<Double> variance) {
    public static final Prior STANDARD = new Prior(List.of(0.0), List.of(1.0));

    public Prior {
        mean = List.copyOf(mean);
        variance = List.copyOf(variance);
        SpecException.require(!mean.isEmpty() && !variance.isEmpty(), "a prior needs a mean and a variance, one for all latents or one for each");
        mean.forEach(m -> SpecException.require(Double.isFinite(m), "prior means must be finite numbers, got %s", m));
        variance.forEach(v -> SpecException.require(v > 0 && Double.isFinite(v), "prior variances must be finite numbers > 0, got %s", v));
    }

    /// The same mean and variance for all latents.
    public static Prior of(double mean, double variance) {
        return new Prior(List.of(mean), List.of(variance));
    }

    /// Whether this is N(0, I).
    public boolean standard() {
        return mean.stream().allMatch(m -> m == 0) && variance.stream().allMatch(v -> v == 1);
    }

    public double mean(int latent) {
        return mean.get(mean.size() == 1 ? 0 : latent);
    }

    public double variance(int latent) {
        return variance.get(variance.size() == 1 ? 0 : latent);
    }

    void check(int latents) {
        SpecException.require((mean.size() == 1 || mean.size() == latents) && (variance.size() == 1 || variance.size() == latents),
                "a prior has one mean and one variance for all latents or one for each of the %d, got %d and %d",
                latents, mean.size(), variance.size());
    }
}
