package dev.fusedvae.eval;

import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.rng.Uniforms;
import dev.fusedvae.simd.ContinuousBernoulli;
import dev.fusedvae.simd.Elementwise;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.LogVariance;
import dev.fusedvae.spec.VaeSpec;

/// From what a decoder's last layer gives to the mean of p(x|z), and to examples drawn from it.
public final class Decoded {
    private final VaeSpec spec;

    public Decoded(VaeSpec spec) {
        this.spec = spec;
    }

    /// Writes the means of `rows` rows of `y` to `to`, from `at` on; allocates nothing.
    public void means(float[] y, int rows, float[] to, int at) {
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

    /// Draws an example from row `row` of `y`, with the random words of row `noiseRow` of `stream`.
    ///
    /// @param logVars the log-variances that are learned beside the network: none, one, or one per feature
    /// @param x       holds the means of the row, and then the example
    public void draw(float[] y, int row, float[] logVars, Stream stream, long noiseRow, float[] x) {
        switch (spec.likelihood()) {
            case Likelihood.Bernoulli() -> Binarizer.binarize(stream, 0, noiseRow, x.clone(), 0, x.length, x, 0);
            case Likelihood.ContinuousBernoulli() -> {
                float[] uniform = new float[x.length];
                Uniforms.fill(stream, 0, noiseRow, x.length, uniform, 0, 0, 1);
                for (int j = 0; j < x.length; j++) {
                    x[j] = (float) quantile(uniform[j], y[row * x.length + j]);
                }
            }
            case Likelihood.Gaussian(double variance) -> addNormals(y, row, logVars, stream, noiseRow, x);
            case Likelihood.GaussianScalar() -> addNormals(y, row, logVars, stream, noiseRow, x);
            case Likelihood.GaussianVector() -> addNormals(y, row, logVars, stream, noiseRow, x);
            case Likelihood.GaussianFeature() -> addNormals(y, row, logVars, stream, noiseRow, x);
        }
    }

    /// x with P(X <= x) = u of the continuous Bernoulli on logit l: log(1 + u(e^l − 1)) / l.
    private static double quantile(double u, double l) {
        if (Math.abs(l) < 1e-6) {
            return u;
        }
        return l < 0 ? Math.log1p(u * Math.expm1(l)) / l : 1 + Math.log(u + (1 - u) * Math.exp(-l)) / l;
    }

    private void addNormals(float[] y, int row, float[] logVars, Stream stream, long noiseRow, float[] x) {
        float[] normals = new float[x.length];
        Normals.block(stream, 0, noiseRow, 1, x.length, normals, 0);
        for (int j = 0; j < x.length; j++) {
            double logVar = switch (spec.likelihood().logVar()) {
                case NONE -> StrictMath.log(spec.likelihood().fixedVariance().orElseThrow());
                case SCALAR -> LogVariance.clamp(logVars[0]);
                case VECTOR -> LogVariance.clamp(logVars[j]);
                case DECODER -> LogVariance.clamp(y[(2 * row + 1) * x.length + j]);
            };
            x[j] += (float) StrictMath.exp(0.5 * logVar) * normals[j];
        }
    }
}
