package dev.fusedvae.simd;

import static dev.fusedvae.simd.Simd.PANEL;

import dev.fusedvae.spec.Activation;

/// Plain loops: the path without the Vector API, the tail of the vector loops, and their oracle to the bit.
final class ScalarElementwise implements Elementwise {

    @Override
    public void activate(Activation act, float[] m, int at, int count, int out) {
        for (int i = 0; i < count; i++) {
            m[out + i] = value(act, m[at + i]);
        }
    }

    @Override
    public void biasActivate(Activation act, float[] m, int at, int rows, float[] bias, int biasAt, int out) {
        biasActivateKeep(act, m, at, rows, bias, biasAt, out, out);
    }

    @Override
    public void biasActivateKeep(
            Activation act, float[] m, int at, int rows, float[] bias, int biasAt, int preActivation, int out) {
        for (int i = 0; i < rows * PANEL; i++) {
            float a = m[at + i] + bias[biasAt + i % PANEL];
            m[preActivation + i] = a;
            m[out + i] = value(act, a);
        }
    }

    @Override
    public void activateBackward(Activation act, float[] m, int dh, int saved, int count, int out) {
        for (int i = 0; i < count; i++) {
            m[out + i] = m[dh + i] * derivative(act, m[saved + i]);
        }
    }

    @Override
    public void bernoulli(
            Pass pass, float[] m, int logits, int x, int xStep, int dLogits, int partials, int rows, int columns, float scale) {
        ScalarLikelihoods.bernoulli(pass, m, logits, x, xStep, dLogits, partials, rows, columns, scale);
    }

    @Override
    public void gaussian(
            Pass pass, float[] m, int mean, int x, int xStep, int dMean, int partials, int rows, int columns,
            float variance, float scale) {
        ScalarLikelihoods.gaussian(pass, m, mean, x, xStep, dMean, partials, rows, columns, variance, scale);
    }

    @Override
    public void gaussianShared(
            Pass pass, float[] m, int mean, int x, int xStep, int dMean, int partials, int logVarPartials, int rows, int columns,
            float logVar, float scale) {
        ScalarLikelihoods.gaussianShared(
                pass, m, mean, x, xStep, dMean, partials, logVarPartials, rows, columns, logVar, scale);
    }

    @Override
    public void gaussianPerFeature(
            Pass pass, float[] m, int mean, int logVar, int x, int xStep, int dMean, int dLogVar, int partials,
            int rows, int columns, float scale) {
        ScalarLikelihoods.gaussianPerFeature(
                pass, m, mean, logVar, x, xStep, dMean, dLogVar, partials, rows, columns, scale);
    }

    @Override
    public void continuousBernoulli(
            Pass pass, float[] m, int logits, int x, int xStep, int dLogits, int partials, int rows, int columns, float scale) {
        ScalarContinuous.tile(pass, m, logits, x, xStep, dLogits, partials, rows, columns, scale);
    }

    @Override
    public void gaussianColumns(
            Pass pass, float[] m, int mean, int x, int xStep, int dMean, int dLogVar, int partials, int rows, int columns,
            float[] logVar, int logVarAt, float scale) {
        ScalarLikelihoods.gaussianColumns(
                pass, m, mean, x, xStep, dMean, dLogVar, partials, rows, columns, logVar, logVarAt, scale);
    }

    @Override
    public void sample(float[] m, int mu, int logVar, int eps, int z, int rows, int samples, int columns) {
        ScalarSamples.sample(m, mu, logVar, eps, z, rows, samples, columns);
    }

    @Override
    public void logRatio(
            float[] m, int mu, int logVar, int eps, float[] prior, int priorAt, int partials, int rows, int samples, int columns) {
        ScalarSamples.logRatio(m, mu, logVar, eps, prior, priorAt, partials, rows, samples, columns);
    }

    @Override
    public void klPrior(float[] m, int mu, int logVar, float[] prior, int priorAt, int partials, int rows, int columns) {
        ScalarSamples.klPrior(m, mu, logVar, prior, priorAt, partials, rows, columns);
    }

    @Override
    public void klColumns(float[] m, int mu, int logVar, float[] prior, int priorAt, int out, int rows, float scale) {
        ScalarSamples.klColumns(m, mu, logVar, prior, priorAt, out, rows, scale);
    }

    @Override
    public void scaleRows(float[] m, int at, float[] weights, int weightsAt, boolean squared, float[] out, int outAt, int rows) {
        ScalarSamples.scaleRows(m, at, weights, weightsAt, squared, out, outAt, rows);
    }

    @Override
    public void sampleBackward(
            float[] m, int dz, int weights, boolean squared, int logVar, int eps, int dMu, int dLogVar, int rows, int samples, int columns) {
        ScalarSamples.sampleBackward(m, dz, weights, squared, logVar, eps, dMu, dLogVar, rows, samples, columns);
    }

    @Override
    public void klBackward(
            boolean add, float[] m, int mu, int logVar, float[] prior, int priorAt, float[] scales, int dMu, int dLogVar, int rows, int columns) {
        ScalarSamples.klBackward(add, m, mu, logVar, prior, priorAt, scales, dMu, dLogVar, rows, columns);
    }

    @Override
    public void ratioBackward(
            boolean add, boolean dreg, float[] m, int mu, int logVar, int eps, int weights, float[] prior, int priorAt,
            int dMu, int dLogVar, int rows, int samples, int columns, float scale) {
        ScalarSamples.ratioBackward(add, dreg, m, mu, logVar, eps, weights, prior, priorAt, dMu, dLogVar, rows, samples, columns, scale);
    }

    @Override
    public void reparameterize(float[] m, int mu, int logVar, int eps, int z, int rows, int columns) {
        ScalarLatent.forward(true, false, m, mu, logVar, eps, z, 0, rows, columns);
    }

    @Override
    public void kl(float[] m, int mu, int logVar, int partials, int rows, int columns) {
        ScalarLatent.forward(false, true, m, mu, logVar, 0, 0, partials, rows, columns);
    }

    @Override
    public void reparameterizeKl(
            float[] m, int mu, int logVar, int eps, int z, int partials, int rows, int columns) {
        ScalarLatent.forward(true, true, m, mu, logVar, eps, z, partials, rows, columns);
    }

    @Override
    public void latentBackward(
            float[] m, int dz, int mu, int logVar, int eps, int dMu, int dLogVar, int rows, int columns,
            float klScale) {
        ScalarLatent.backward(m, dz, mu, logVar, eps, dMu, dLogVar, rows, columns, klScale);
    }

    @Override
    public void adam(
            float[] a, int weights, int moments, int squares, int gradients, int count, AdamRule rule,
            float lrOverBc1, float rsqrtBc2, float decay, float gradScale) {
        for (int i = 0; i < count; i++) {
            float g = a[gradients + i] * gradScale;
            float m = Math.fma(rule.beta1(), a[moments + i], rule.oneMinusBeta1() * g);
            m = Math.abs(m) < AdamRule.MOMENT_FLOOR ? 0 : m;
            float v = Math.fma(rule.beta2(), a[squares + i], rule.oneMinusBeta2() * (g * g));
            v = v < AdamRule.SQUARE_FLOOR ? 0 : v;
            float ratio = m / Math.fma(ScalarMath.sqrt(v), rsqrtBc2, rule.epsilon());
            a[moments + i] = m;
            a[squares + i] = v;
            a[weights + i] = Math.fma(-lrOverBc1, ratio, a[weights + i] * decay);
        }
    }

    @Override
    public void sgd(
            float[] a, int weights, int buffers, int gradients, int count, float momentum, float learningRate,
            float gradScale) {
        for (int i = 0; i < count; i++) {
            float buffer = Math.fma(momentum, a[buffers + i], a[gradients + i] * gradScale);
            a[buffers + i] = buffer;
            a[weights + i] = Math.fma(-learningRate, buffer, a[weights + i]);
        }
    }

    @Override
    public void sumOfSquares(float[] a, int at, int count, double[] lanes, int lanesAt) {
        for (int i = 0; i < count; i++) {
            double x = a[at + i];
            lanes[lanesAt + i % Simd.VIRTUAL_LANES] += x * x;
        }
    }

    static float value(Activation act, float a) {
        return switch (act) {
            case IDENTITY -> a;
            case RELU -> ScalarMath.relu(a);
            case LEAKY_RELU -> ScalarMath.leakyRelu(a);
            case TANH -> ScalarMath.tanh(a);
            case SIGMOID -> ScalarMath.sigmoid(a);
            case SOFTPLUS -> ScalarMath.softplus(a);
            case ELU -> ScalarMath.elu(a);
            case GELU -> ScalarMath.gelu(a);
            case SILU -> ScalarMath.silu(a);
        };
    }

    static float derivative(Activation act, float saved) {
        return switch (act) {
            case IDENTITY -> ScalarMath.identityDerivative(saved);
            case RELU -> ScalarMath.reluDerivative(saved);
            case LEAKY_RELU -> ScalarMath.leakyReluDerivative(saved);
            case TANH -> ScalarMath.tanhDerivative(saved);
            case SIGMOID -> ScalarMath.sigmoidDerivative(saved);
            case SOFTPLUS -> ScalarMath.softplusDerivative(saved);
            case ELU -> ScalarMath.eluDerivative(saved);
            case GELU -> ScalarMath.geluDerivative(saved);
            case SILU -> ScalarMath.siluDerivative(saved);
        };
    }
}
