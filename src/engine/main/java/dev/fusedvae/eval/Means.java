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
        if (spec.likelihood() instanceof Likelihood.Bernoulli) {
            Elementwise.PREFERRED.activate(Activation.SIGMOID, to, at, rows * features, at);
        } else if (spec.likelihood() instanceof Likelihood.ContinuousBernoulli) {
            for (int i = at; i < at + rows * features; i++) {
                to[i] = ContinuousBernoulli.mean(to[i]);
            }
        }
    }
}
