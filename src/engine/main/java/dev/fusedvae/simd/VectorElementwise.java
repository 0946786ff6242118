package dev.fusedvae.simd;

import static dev.fusedvae.simd.Lanes.F;
import static dev.fusedvae.simd.Simd.PANEL;

import dev.fusedvae.spec.Activation;

/// Vector loops; what is left over at the end of a range goes through the scalar twins, which give the same bits.
final class VectorElementwise implements Elementwise {
    private final ScalarElementwise scalar = new ScalarElementwise();

    @Override
    public void activate(Activation act, float[] m, int at, int count, int out) {
        int rows = count / PANEL;
        int done = rows * PANEL;
        VectorActivate.tile(act, m, at, rows, VectorActivate.NO_BIAS, 0, out, out);
        scalar.activate(act, m, at + done, count - done, out + done);
    }

    @Override
    public void biasActivate(Activation act, float[] m, int at, int rows, float[] bias, int biasAt, int out) {
        VectorActivate.tile(act, m, at, rows, bias, biasAt, out, out);
    }

    @Override
    public void biasActivateKeep(
            Activation act, float[] m, int at, int rows, float[] bias, int biasAt, int preActivation, int out) {
        VectorActivate.tile(act, m, at, rows, bias, biasAt, preActivation, out);
    }

    @Override
    public void activateBackward(Activation act, float[] m, int dh, int saved, int count, int out) {
        int done = F.loopBound(count);
        VectorActivateBackward.range(act, m, dh, saved, done, out);
        scalar.activateBackward(act, m, dh + done, saved + done, count - done, out + done);
    }

    @Override
    public void bernoulli(
            Pass pass, float[] m, int logits, int x, int xStep, int dLogits, int partials, int rows, int columns, float scale) {
        VectorLikelihoods.bernoulli(pass, m, logits, x, xStep, dLogits, partials, rows, columns, scale);
    }

    @Override
    public void gaussian(
            Pass pass, float[] m, int mean, int x, int xStep, int dMean, int partials, int rows, int columns,
            float variance, float scale) {
        VectorLikelihoods.gaussian(pass, m, mean, x, xStep, dMean, partials, rows, columns, variance, scale);
    }

    @Override
    public void gaussianShared(
            Pass pass, float[] m, int mean, int x, int xStep, int dMean, int partials, int logVarPartials, int rows, int columns,
            float logVar, float scale) {
        VectorLikelihoods.gaussianShared(
                pass, m, mean, x, xStep, dMean, partials, logVarPartials, rows, columns, logVar, scale);
    }

    @Override
    public void gaussianPerFeature(
            Pass pass, float[] m, int mean, int logVar, int x, int xStep, int dMean, int dLogVar, int partials,
            int rows, int columns, float scale) {
        VectorLikelihoods.gaussianPerFeature(
                pass, m, mean, logVar, x, xStep, dMean, dLogVar, partials, rows, columns, scale);
    }

    @Override
    public void continuousBernoulli(
            Pass pass, float[] m, int logits, int x, int xStep, int dLogits, int partials, int rows, int columns, float scale) {
        VectorContinuous.tile(pass, m, logits, x, xStep, dLogits, partials, rows, columns, scale);
    }

    @Override
    public void gaussianColumns(
            Pass pass, float[] m, int mean, int x, int xStep, int dMean, int dLogVar, int partials, int rows, int columns,
            float[] logVar, int logVarAt, float scale) {
        VectorLikelihoods.gaussianColumns(
                pass, m, mean, x, xStep, dMean, dLogVar, partials, rows, columns, logVar, logVarAt, scale);
    }

    @Override
    public void sample(float[] m, int mu, int logVar, int eps, int z, int rows, int samples, int columns) {
        VectorSamples.sample(m, mu, logVar, eps, z, rows, samples, columns);
    }

    @Override
    public void logRatio(
            float[] m, int mu, int logVar, int eps, float[] prior, int priorAt, int partials, int rows, int samples, int columns) {
        VectorSamples.logRatio(m, mu, logVar, eps, prior, priorAt, partials, rows, samples, columns);
    }

    @Override
    public void klPrior(float[] m, int mu, int logVar, float[] prior, int priorAt, int partials, int rows, int columns) {
        VectorSamples.klPrior(m, mu, logVar, prior, priorAt, partials, rows, columns);
    }

    @Override
    public void klColumns(float[] m, int mu, int logVar, float[] prior, int priorAt, int out, int rows, float scale) {
        VectorSamples.klColumns(m, mu, logVar, prior, priorAt, out, rows, scale);
    }

    @Override
    public void scaleRows(float[] m, int at, float[] weights, int weightsAt, boolean squared, float[] out, int outAt, int rows) {
        VectorSamples.scaleRows(m, at, weights, weightsAt, squared, out, outAt, rows);
    }

    @Override
    public void sampleBackward(
            float[] m, int dz, int weights, boolean squared, int logVar, int eps, int dMu, int dLogVar, int rows, int samples, int columns) {
        VectorSamples.sampleBackward(m, dz, weights, squared, logVar, eps, dMu, dLogVar, rows, samples, columns);
    }

    @Override
    public void klBackward(
            boolean add, float[] m, int mu, int logVar, float[] prior, int priorAt, float[] scales, int dMu, int dLogVar, int rows, int columns) {
        VectorSamples.klBackward(add, m, mu, logVar, prior, priorAt, scales, dMu, dLogVar, rows, columns);
    }

    @Override
    public void ratioBackward(
            boolean add, boolean dreg, float[] m, int mu, int logVar, int eps, int weights, float[] prior, int priorAt,
            int dMu, int dLogVar, int rows, int samples, int columns, float scale) {
        VectorSamples.ratioBackward(add, dreg, m, mu, logVar, eps, weights, prior, priorAt, dMu, dLogVar, rows, samples, columns, scale);
    }

    @Override
    public void reparameterize(float[] m, int mu, int logVar, int eps, int z, int rows, int columns) {
        VectorLatent.reparameterize(m, mu, logVar, eps, z, rows, columns);
    }

    @Override
    public void kl(float[] m, int mu, int logVar, int partials, int rows, int columns) {
        VectorLatent.kl(m, mu, logVar, partials, rows, columns);
    }

    @Override
    public void reparameterizeKl(
            float[] m, int mu, int logVar, int eps, int z, int partials, int rows, int columns) {
        VectorLatent.reparameterizeKl(m, mu, logVar, eps, z, partials, rows, columns);
    }

    @Override
    public void latentBackward(
            float[] m, int dz, int mu, int logVar, int eps, int dMu, int dLogVar, int rows, int columns,
            float klScale) {
        VectorLatent.backward(m, dz, mu, logVar, eps, dMu, dLogVar, rows, columns, klScale);
    }

    @Override
    public void adam(
            float[] a, int weights, int moments, int squares, int gradients, int count, AdamRule rule,
            float lrOverBc1, float rsqrtBc2, float decay, float gradScale) {
        int done = F.loopBound(count);
        VectorOptimizers.adam(
                a, weights, moments, squares, gradients, done, rule, lrOverBc1, rsqrtBc2, decay, gradScale);
        scalar.adam(
                a, weights + done, moments + done, squares + done, gradients + done, count - done, rule,
                lrOverBc1, rsqrtBc2, decay, gradScale);
    }

    @Override
    public void sgd(
            float[] a, int weights, int buffers, int gradients, int count, float momentum, float learningRate,
            float gradScale) {
        int done = F.loopBound(count);
        VectorOptimizers.sgd(a, weights, buffers, gradients, done, momentum, learningRate, gradScale);
        scalar.sgd(
                a, weights + done, buffers + done, gradients + done, count - done, momentum, learningRate, gradScale);
    }

    @Override
    public void sumOfSquares(float[] a, int at, int count, double[] lanes, int lanesAt) {
        int done = count - count % Simd.VIRTUAL_LANES;
        VectorOptimizers.sumOfSquares(a, at, done, lanes, lanesAt);
        scalar.sumOfSquares(a, at + done, count - done, lanes, lanesAt);
    }
}
