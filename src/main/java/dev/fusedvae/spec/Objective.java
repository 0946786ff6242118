package dev.fusedvae.spec;

/// What training minimises, in nats per example: summed over features, averaged over the batch.
public sealed interface Objective {

    /// The negative ELBO with a weight on the KL term: −E_q[log p(x|z)] + β·KL(q(z|x) ‖ N(0,I)).
    ///
    /// β rises linearly from 0 to `beta` over the first `warmupEpochs` epochs (0 = no warm-up).
    record Vae(double beta, double warmupEpochs) implements Objective {
        public Vae {
            SpecException.require(beta >= 0 && Double.isFinite(beta), "beta must be a finite number >= 0, got %s", beta);
            SpecException.require(warmupEpochs >= 0 && Double.isFinite(warmupEpochs),
                    "warm-up epochs must be a finite number >= 0, got %s", warmupEpochs);
        }
    }

    /// A deterministic autoencoder: −log p(x|z) with z = encoder(x), no noise and no KL.
    record Autoencoder() implements Objective {}

    /// Values the encoder's last layer computes for every latent: (μ, log σ²) for a VAE, the code alone otherwise.
    default int headsPerLatent() {
        return this instanceof Vae ? 2 : 1;
    }

    default String flag() {
        return switch (this) {
            case Vae vae -> "vae";
            case Autoencoder ae -> "autoencoder";
        };
    }
}
