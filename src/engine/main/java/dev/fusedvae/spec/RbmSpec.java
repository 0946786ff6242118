package dev.fusedvae.spec;

import java.util.List;

/// A restricted Boltzmann machine of binary units: p(v, h) ∝ exp(b·v + c·h + hᵀ W v); Smolensky 1986, Hinton 2002.
///
/// @param visible    units v, the features of an example
/// @param hidden     units h
/// @param steps      k: Gibbs steps from the data, or from the chains, to the model's side of the gradient
/// @param persistent whether chains go on from step to step (Tieleman 2008) and not anew from the data
public record RbmSpec(int visible, int hidden, int steps, boolean persistent) {
    /// Each step takes two of the 256 sites of the Gibbs noise, and the first state takes one.
    public static final int MAX_STEPS = 127;

    public RbmSpec {
        SpecException.require(visible >= 1 && visible <= VaeSpec.MAX_WIDTH, "visible units must be in 1..%d, got %d", VaeSpec.MAX_WIDTH, visible);
        SpecException.require(hidden >= 1 && hidden <= VaeSpec.MAX_WIDTH, "hidden units must be in 1..%d, got %d", VaeSpec.MAX_WIDTH, hidden);
        SpecException.require(steps >= 1 && steps <= MAX_STEPS, "Gibbs steps (cd) must be in 1..%d, got %d", MAX_STEPS, steps);
    }

    /// One pass up and one down, seen as an autoencoder with tied weights: the spec that graphs of this model carry.
    public VaeSpec autoencoder() {
        return new VaeSpec(visible, List.of(), hidden, List.of(), Activation.SIGMOID, true, new Likelihood.Bernoulli(), new Objective.Autoencoder());
    }

    /// `64-32, CD-1` or `64-32, PCD-1`.
    public String shape() {
        return visible + "-" + hidden + (persistent ? ", PCD-" : ", CD-") + steps;
    }
}
