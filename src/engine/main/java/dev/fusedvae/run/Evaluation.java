package dev.fusedvae.run;

import java.util.List;

/// How well a model explains a data set, in nats per example, from one noise sample per example.
///
/// @param reconstruction  mean of log p(x|z) (negative for a Bernoulli likelihood)
/// @param kl              mean of KL(q(z|x) ‖ N(0, I)); 0 for an autoencoder
/// @param klPerLatent     the KL of each latent, which add up to `kl`; empty for an autoencoder
/// @param activeUnits     latents whose mean varies over the data by more than 0.01: Burda, Grosse, Salakhutdinov 2016
/// @param reconstructions log p(x|z) of each example
/// @param kls             the KL of each example; zeros for an autoencoder
@SuppressWarnings("ArrayRecordComponent")
public record Evaluation(double reconstruction, double kl, List<Double> klPerLatent, int activeUnits,
                         float[] reconstructions, float[] kls) {

    public Evaluation {
        klPerLatent = List.copyOf(klPerLatent);
    }

    /// The bound itself, whatever β the model was trained with: reconstruction − kl.
    public double elbo() {
        return reconstruction - kl;
    }

    /// Number of examples.
    public int examples() {
        return reconstructions.length;
    }

    /// The bound of example `i`.
    public double elbo(int i) {
        return (double) reconstructions[i] - kls[i];
    }
}
