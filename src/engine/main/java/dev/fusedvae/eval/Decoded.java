package dev.fusedvae.eval;

import dev.fusedvae.simd.ContinuousBernoulli;
import dev.fusedvae.simd.Elementwise;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.VaeSpec;

/// From what a decoder's last layer gives to the mean of p(x|z).
public final class Means {
    private final VaeSpec spec;

    public Means(VaeSpec spec) {
        this.spec = spec;
    }

    /// Writes the means of `rows` rows of `y` to `to`, from `at` on; allocates nothing.
    public void of(float[] y, int rows, float[] to, int at) {
        int features = spec.features();
        int width = features * spec.likelihood().outputsPerFeature();
        for (int row = 0; row < rows; row++) {
            System.arraycopy(y, row * width, to, at + row * features, features);
        }
        switch (spec.likelihood()) {
            case Likelihood.Bernoulli() -> Elementwise.PREFERRED.activate(Activation.SIGMOID, to, at, rows * features, at);
            case Likelihood.ContinuousBernoulli() -> continuousBernoulli(to, at, rows * features);
            case Likelihood.Gaussian fixed -> { }       // the layer gives the means themselves
            case Likelihood.GaussianScalar() -> { }
            case Likelihood.GaussianVector() -> { }
            case Likelihood.GaussianFeature() -> { }
        }
    }

    private static void continuousBernoulli(float[] logits, int at, int count) {
        for (int i = at; i < at + count; i++) {
            logits[i] = ContinuousBernoulli.mean(logits[i]);
        }
    }
}
