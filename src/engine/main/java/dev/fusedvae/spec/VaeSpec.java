package dev.fusedvae.spec;

import java.util.List;

/// The shape of a model: what is computed, not how it is trained.
///
/// Encoder: `features` → `encoderHidden`… → `latent` (μ and log σ² for a VAE, the code for an autoencoder).
/// Decoder: `latent` → `decoderHidden`… → `features` (times two for a learned variance per feature). Hidden layers carry
/// `activation`; the heads and the output are linear.
///
/// @param features      values per example, e.g. 784
/// @param encoderHidden widths of the encoder's hidden layers, possibly none
/// @param latent        size of z
/// @param decoderHidden widths of the decoder's hidden layers, possibly none
/// @param bias          whether layers have biases
/// @param prior         p(z), where z is random
/// @param corruption    what training does to the encoder's input
public record VaeSpec(
        int features,
        List<Integer> encoderHidden,
        int latent,
        List<Integer> decoderHidden,
        Activation activation,
        boolean bias,
        Likelihood likelihood,
        Objective objective,
        Prior prior,
        Corruption corruption) {

    /// Widths above this are surely a slip, and would overflow the arena's index.
    public static final int MAX_WIDTH = 1 << 20;

    public VaeSpec {
        encoderHidden = List.copyOf(encoderHidden);
        decoderHidden = List.copyOf(decoderHidden);
        width("features", features);
        width("latent", latent);
        encoderHidden.forEach(w -> width("hidden width", w));
        decoderHidden.forEach(w -> width("decoder hidden width", w));
        prior.check(latent);
        SpecException.require(objective.variational() || prior.standard(),
                "a prior belongs to a random z, which objective %s does not have; use vae or iwae, or leave the prior out", objective.flag());
    }

    /// With the prior N(0, I) and inputs as they are.
    public VaeSpec(int features, List<Integer> encoderHidden, int latent, List<Integer> decoderHidden, Activation activation,
                   boolean bias, Likelihood likelihood, Objective objective) {
        this(features, encoderHidden, latent, decoderHidden, activation, bias, likelihood, objective, Prior.STANDARD, Corruption.NONE);
    }

    private static void width(String what, int value) {
        SpecException.require(value >= 1 && value <= MAX_WIDTH, "%s must be in 1..%d, got %d", what, MAX_WIDTH, value);
    }

    /// The model most courses start from: mirrored decoder, ReLU, Bernoulli likelihood, β = 1.
    public static VaeSpec of(int features, List<Integer> hidden, int latent) {
        return new VaeSpec(features, hidden, latent, hidden.reversed(), Activation.RELU, true,
                new Likelihood.Bernoulli(), new Objective.Vae(1, 0));
    }

    public VaeSpec withActivation(Activation a) {
        return new VaeSpec(features, encoderHidden, latent, decoderHidden, a, bias, likelihood, objective, prior, corruption);
    }

    public VaeSpec withBias(boolean b) {
        return new VaeSpec(features, encoderHidden, latent, decoderHidden, activation, b, likelihood, objective, prior, corruption);
    }

    public VaeSpec withLikelihood(Likelihood l) {
        return new VaeSpec(features, encoderHidden, latent, decoderHidden, activation, bias, l, objective, prior, corruption);
    }

    public VaeSpec withObjective(Objective o) {
        return new VaeSpec(features, encoderHidden, latent, decoderHidden, activation, bias, likelihood, o, prior, corruption);
    }

    public VaeSpec withPrior(Prior p) {
        return new VaeSpec(features, encoderHidden, latent, decoderHidden, activation, bias, likelihood, objective, p, corruption);
    }

    public VaeSpec withCorruption(Corruption c) {
        return new VaeSpec(features, encoderHidden, latent, decoderHidden, activation, bias, likelihood, objective, prior, c);
    }

    /// `784-400-20-400-784`, the way papers write it.
    public String shape() {
        StringBuilder text = new StringBuilder().append(features);
        encoderHidden.forEach(w -> text.append('-').append(w));
        text.append('-').append(latent);
        decoderHidden.forEach(w -> text.append('-').append(w));
        return text.append('-').append(features).toString();
    }
}
