package dev.fusedvae.spec;

/// What training minimises, in nats per example: summed over features, averaged over the batch.
public sealed interface Objective {
    /// More samples an example than anybody means to draw in one step.
    int MAX_SAMPLES = 1 << 16;

    /// The negative ELBO with a weight on the KL term: −1/L Σ_l log p(x|z_l) + β·KL(q(z|x) ‖ p(z)), z_l ~ q(z|x).
    ///
    /// β rises linearly from 0 to `beta` over the first `warmupEpochs` epochs (0 = no warm-up). With free bits λ > 0 the
    /// KL term of latent j counts as max(λ, mean of KL_j over the batch): Kingma et al. 2016, eq. 15 with one latent a group.
    ///
    /// @param freeBits λ in nats, 0 for none
    /// @param samples  L: noise samples an example
    record Vae(double beta, double warmupEpochs, double freeBits, int samples) implements Objective {
        public Vae {
            SpecException.require(beta >= 0 && Double.isFinite(beta), "beta must be a finite number >= 0, got %s", beta);
            SpecException.require(warmupEpochs >= 0 && Double.isFinite(warmupEpochs),
                    "warm-up epochs must be a finite number >= 0, got %s", warmupEpochs);
            SpecException.require(freeBits >= 0 && Double.isFinite(freeBits), "free bits must be a finite number of nats >= 0, got %s", freeBits);
            checkSamples(samples);
        }

        /// One sample, no free bits.
        public Vae(double beta, double warmupEpochs) {
            this(beta, warmupEpochs, 0, 1);
        }

        public Vae withFreeBits(double nats) {
            return new Vae(beta, warmupEpochs, nats, samples);
        }

        public Vae withSamples(int count) {
            return new Vae(beta, warmupEpochs, freeBits, count);
        }
    }

    /// A deterministic autoencoder: −log p(x|z) with z = encoder(x), no noise and no KL.
    record Autoencoder() implements Objective {}

    /// An autoencoder with an L1 penalty on its code: −log p(x|z) + weight·Σ_j |z_j|.
    record Sparse(double weight) implements Objective {
        public Sparse {
            SpecException.require(weight >= 0 && Double.isFinite(weight), "the sparsity weight must be a finite number >= 0, got %s", weight);
        }
    }

    /// The negative importance-weighted bound −log 1/k Σ_i w_i, w_i = p(x|z_i) p(z_i) / q(z_i|x): Burda et al. 2016.
    ///
    /// @param samples k
    /// @param dreg    whether the encoder's gradient is the doubly reparameterized one: Tucker et al. 2019, eq. 8
    record Iwae(int samples, boolean dreg) implements Objective {
        public Iwae {
            checkSamples(samples);
        }
    }

    /// Whether z is random: the encoder gives μ and log σ², and there is a prior.
    default boolean variational() {
        return switch (this) {
            case Vae v -> true;
            case Iwae i -> true;
            case Autoencoder a -> false;
            case Sparse s -> false;
        };
    }

    /// Rows that the decoder sees for each example in training.
    default int samples() {
        return switch (this) {
            case Vae v -> v.samples;
            case Iwae i -> i.samples;
            case Autoencoder a -> 1;
            case Sparse s -> 1;
        };
    }

    /// Nats of KL that each latent has for free; 0 for none.
    default double freeBits() {
        return switch (this) {
            case Vae v -> v.freeBits;
            case Iwae i -> 0;
            case Autoencoder a -> 0;
            case Sparse s -> 0;
        };
    }

    /// Whether the encoder's gradient is the doubly reparameterized one.
    default boolean dreg() {
        return switch (this) {
            case Vae v -> false;
            case Iwae i -> i.dreg;
            case Autoencoder a -> false;
            case Sparse s -> false;
        };
    }

    /// Values the encoder's last layer computes for every latent: (μ, log σ²) where z is random, the code alone otherwise.
    default int headsPerLatent() {
        return variational() ? 2 : 1;
    }

    /// What the average over a training epoch is of.
    ///
    /// @param name   `ELBO`, `IWAE bound, k=50`
    /// @param splits whether it is a reconstruction less a KL
    record Bound(String name, boolean splits) {
        /// Of a model without noise: the reconstruction, with a KL of 0.
        public static final Bound ELBO = new Bound("ELBO", true);
    }

    /// What the average over a training epoch is of.
    default Bound bound() {
        return switch (this) {
            case Vae v -> Bound.ELBO;
            case Autoencoder a -> Bound.ELBO;
            case Sparse s -> Bound.ELBO;
            case Iwae i -> new Bound("IWAE bound, k=" + i.samples, false);
        };
    }

    default String flag() {
        return switch (this) {
            case Vae v -> "vae";
            case Autoencoder a -> "autoencoder";
            case Sparse s -> "sparse";
            case Iwae i -> "iwae";
        };
    }

    /// The objective in words: `negative ELBO, beta 1.0`.
    default String words() {
        return switch (this) {
            case Vae v -> "negative ELBO, beta " + v.beta
                    + (v.warmupEpochs > 0 ? " after " + v.warmupEpochs + " epochs of warm-up" : "")
                    + (v.freeBits > 0 ? ", " + v.freeBits + " free nats a latent" : "")
                    + (v.samples > 1 ? ", " + v.samples + " samples" : "");
            case Autoencoder a -> "reconstruction only (autoencoder)";
            case Sparse s -> "reconstruction and " + s.weight + " times the L1 norm of the code (sparse autoencoder)";
            case Iwae i -> "negative importance-weighted bound, " + i.samples + " samples" + (i.dreg ? ", DReG gradients" : "");
        };
    }

    private static void checkSamples(int samples) {
        SpecException.require(samples >= 1 && samples <= MAX_SAMPLES, "samples must be in 1..%d, got %d", MAX_SAMPLES, samples);
    }
}
