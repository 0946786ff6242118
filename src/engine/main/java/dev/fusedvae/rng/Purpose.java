package dev.fusedvae.rng;

/// What a noise value is for: one byte of the counter, so that no two uses ever share a word.
///
/// The codes are part of the noise law: every kernel and every checkpoint depends on them, so they never change and
/// are never reused.
public enum Purpose {
    /// ε of the reparameterization in training.
    TRAINING_NOISE(1),
    /// Round keys of the order of examples in an epoch.
    SHUFFLE(2),
    /// Pixels drawn from their grey value.
    BINARIZATION(3),
    /// Damage done to the input of a denoising model.
    CORRUPTION(4),
    // 5 was once meant for dropout and stays free.
    /// Initial parameters.
    INIT(6),
    /// Latents of generated examples.
    PRIOR_SAMPLES(7),
    /// ε of ELBO and importance-sampled likelihood.
    EVALUATION(8),
    /// Alternating sampling of latents and pixels.
    GIBBS(9);

    private final int code;

    Purpose(int code) {
        this.code = code;
    }

    /// The byte that stands for this purpose in the counter.
    public int code() {
        return code;
    }
}
