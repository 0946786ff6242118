package dev.fusedvae.train;

/// Means in nats per example: `elbo = reconstruction − kl`, whatever β the training uses.
///
/// @param reconstruction mean of log p(x|z): negative for a Bernoulli likelihood
public record Figures(double elbo, double reconstruction, double kl) {

    static Figures of(double reconstruction, double kl) {
        return new Figures(reconstruction - kl, reconstruction, kl);
    }
}
