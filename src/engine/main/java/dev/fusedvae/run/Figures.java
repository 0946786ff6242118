package dev.fusedvae.run;

/// Means in nats per example: `elbo = reconstruction − kl`, whatever β the training uses.
///
/// @param reconstruction mean of log p(x|z): negative for a Bernoulli likelihood
public record Figures(double elbo, double reconstruction, double kl) {

    /// Figures with `elbo = reconstruction − kl`.
    public static Figures of(double reconstruction, double kl) {
        return new Figures(reconstruction - kl, reconstruction, kl);
    }
}
