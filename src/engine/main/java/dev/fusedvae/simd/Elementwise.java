package dev.fusedvae.simd;

import dev.fusedvae.spec.Activation;

/// The loops that touch each element once: activations, likelihoods, the latent layer, optimizers.
///
/// Both implementations give the same bits, at any vector width. Every range is an offset into one array, an arena;
/// ranges of a call may coincide (in place) but must not partly overlap. Nothing is allocated, hence the plain `int`
/// arguments where a record would read better.
///
/// A *panel tile* is `rows` x [Simd#PANEL] columns, contiguous, row r at `at + r·PANEL`. Where a method takes `columns`
/// (1..PANEL), only the first so many of each row count: the others contribute nothing and get a gradient (or `z`)
/// of 0, whatever they hold. A *partial* range holds [Simd#VIRTUAL_LANES] floats per row; methods add to it (the
/// caller clears it), panels in column order, and [VirtualLanes#sum(float[], int)] gives the row's value.
///
/// Targets x of row r are at `x + r·xStep`: [Simd#PANEL], or 0 where all rows of the tile have one target.
///
/// Gradients are of the NEGATIVE log-likelihood, times `scale` (1 / rows of the batch); values are log-likelihoods
/// in nats, unscaled.
public sealed interface Elementwise permits ScalarElementwise, VectorElementwise {
    /// The implementation of this JVM, chosen once by [Simd#vector()].
    Elementwise PREFERRED = Simd.vector() ? new VectorElementwise() : new ScalarElementwise();

    /// What a likelihood computes; ranges of the other half are not touched.
    enum Pass {
        VALUE,
        GRADIENT,
        BOTH;

        boolean value() {
            return this != GRADIENT;
        }

        boolean gradient() {
            return this != VALUE;
        }
    }

    /// `out = act(m[at..at+count])`
    void activate(Activation act, float[] m, int at, int count, int out);

    /// `out = act(tile + bias)`, where `bias` has [Simd#PANEL] floats from `biasAt`.
    void biasActivate(Activation act, float[] m, int at, int rows, float[] bias, int biasAt, int out);

    /// [#biasActivate] that also stores the pre-activation `tile + bias`, which gelu and silu need later.
    void biasActivateKeep(
            Activation act, float[] m, int at, int rows, float[] bias, int biasAt, int preActivation, int out);

    /// `out = dh · act'(saved)`, where `saved` is the pre-activation for activations that derive from it, else the output.
    void activateBackward(Activation act, float[] m, int dh, int saved, int count, int out);

    /// Bernoulli on logits: `ll = −(max(l,0) − l·x + log1p(exp(−|l|)))`, `dLogits = (σ(l) − x)·scale`.
    void bernoulli(Pass pass, float[] m, int logits, int x, int xStep, int dLogits, int partials, int rows, int columns, float scale);

    /// Gaussian of fixed variance v: `ll = −½((x−mean)²/v + log 2πv)`, `dMean = (mean−x)/v·scale`.
    void gaussian(
            Pass pass, float[] m, int mean, int x, int xStep, int dMean, int partials, int rows, int columns,
            float variance, float scale);

    /// [#gaussian] with one learned log-variance for all features, clamped to [LogVariance#MIN, LogVariance#MAX].
    ///
    /// The gradient for it, `½(1 − (x−mean)²/v)·scale` per element and 0 outside the clamp, goes to `logVarPartials`,
    /// a partial range as well.
    void gaussianShared(
            Pass pass, float[] m, int mean, int x, int xStep, int dMean, int partials, int logVarPartials, int rows, int columns,
            float logVar, float scale);

    /// [#gaussian] with a learned log-variance per element, in a tile of its own, clamped likewise.
    void gaussianPerFeature(
            Pass pass, float[] m, int mean, int logVar, int x, int xStep, int dMean, int dLogVar, int partials,
            int rows, int columns, float scale);

    /// Continuous Bernoulli on logits, `ll = l·x − max(l,0) + g(|l|)`, `dLogits = (mean(l) − x)·scale`; see [ContinuousBernoulli].
    void continuousBernoulli(
            Pass pass, float[] m, int logits, int x, int xStep, int dLogits, int partials, int rows, int columns, float scale);

    /// [#gaussian] with a learned log-variance for each column, `logVar[logVarAt .. logVarAt + PANEL]`, clamped likewise; its
    /// gradient goes to the tile `dLogVar`, element by element.
    void gaussianColumns(
            Pass pass, float[] m, int mean, int x, int xStep, int dMean, int dLogVar, int partials, int rows, int columns,
            float[] logVar, int logVarAt, float scale);

    /// [#reparameterize] for `samples` rows of `eps` and `z` for each of the `rows` rows of `mu` and `logVar`.
    void sample(float[] m, int mu, int logVar, int eps, int z, int rows, int samples, int columns);

    /// log p(z) − log q(z|x) = `½Σ(eps² + logVar − (z−mean)²·precision − log v)`, z = mu + σ·eps, a partial for each sample.
    ///
    /// @param prior mean, precision and log-variance of p(z), [Simd#PANEL] floats each from `priorAt`
    void logRatio(
            float[] m, int mu, int logVar, int eps, float[] prior, int priorAt, int partials, int rows, int samples, int columns);

    /// [#kl] from a diagonal prior: `½Σ(((mu−mean)² + σ²)·precision − 1 − logVar + log v)`.
    void klPrior(float[] m, int mu, int logVar, float[] prior, int priorAt, int partials, int rows, int columns);

    /// `out[c] = scale·Σ_r KL(r, c)` for all [Simd#PANEL] columns, row by row.
    void klColumns(float[] m, int mu, int logVar, float[] prior, int priorAt, int out, int rows, float scale);

    /// `out[r] = weights[r]·row r` of a tile, or its square times the row; all [Simd#PANEL] columns.
    void scaleRows(float[] m, int at, float[] weights, int weightsAt, boolean squared, float[] out, int outAt, int rows);

    /// `dMu = Σ d`, `dLogVar = ½σ·Σ d·eps` over the samples of a row, d = dz, or dz times `weights[sample row]` or its square.
    ///
    /// @param weights where the weights of the sample rows are, or below 0 for none
    void sampleBackward(
            float[] m, int dz, int weights, boolean squared, int logVar, int eps, int dMu, int dLogVar, int rows, int samples, int columns);

    /// `dMu (+)= scales[c]·(mu−mean)·precision`, `dLogVar (+)= scales[c]·½(σ²·precision − 1)`, the latter 0 outside the clamp.
    ///
    /// @param add whether to add to what is there
    void klBackward(
            boolean add, float[] m, int mu, int logVar, float[] prior, int priorAt, float[] scales, int dMu, int dLogVar, int rows, int columns);

    /// `dMu (+)= scale·Σ w·h`, `dLogVar (+)= scale·(½σ·Σ w·h·eps − ½)`, h = (z−mean)·precision; with `dreg` w² for w,
    /// h = (z−mean)·precision − eps/σ and no −½.
    void ratioBackward(
            boolean add, boolean dreg, float[] m, int mu, int logVar, int eps, int weights, float[] prior, int priorAt,
            int dMu, int dLogVar, int rows, int samples, int columns, float scale);

    /// `z = mu + exp(½·logVar)·eps`, logVar clamped.
    void reparameterize(float[] m, int mu, int logVar, int eps, int z, int rows, int columns);

    /// `KL = ½Σ(mu² + σ² − 1 − logVar)` from the standard normal, in nats, logVar clamped.
    void kl(float[] m, int mu, int logVar, int partials, int rows, int columns);

    /// [#reparameterize] and [#kl] in one pass, with one exponential.
    void reparameterizeKl(float[] m, int mu, int logVar, int eps, int z, int partials, int rows, int columns);

    /// Through both: `dMu = dz + klScale·mu`, `dLogVar = ½·dz·eps·σ + klScale·½(σ² − 1)`, the latter 0 outside the clamp.
    ///
    /// @param klScale β times the batch's scale
    void latentBackward(
            float[] m, int dz, int mu, int logVar, int eps, int dMu, int dLogVar, int rows, int columns, float klScale);

    /// One step of Adam, or of AdamW where `decay = 1 − lr·weightDecay` is below 1:
    /// `g ← gradScale·g; w ← decay·w; m ← β1·m + (1−β1)g; v ← β2·v + (1−β2)g²; w ← w − lrOverBc1·m/(√v·rsqrtBc2 + ε)`.
    ///
    /// Moments below 1e-30 and squares below 1e-36 become 0.
    ///
    /// @param lrOverBc1 lr / (1 − β1^t)
    /// @param rsqrtBc2  1 / √(1 − β2^t)
    void adam(
            float[] a, int weights, int moments, int squares, int gradients, int count, AdamRule rule,
            float lrOverBc1, float rsqrtBc2, float decay, float gradScale);

    /// One step of SGD with PyTorch's momentum: `buf ← momentum·buf + gradScale·g; w ← w − lr·buf`.
    void sgd(
            float[] a, int weights, int buffers, int gradients, int count, float momentum, float learningRate,
            float gradScale);

    /// Adds the square of element i to `lanes[lanesAt + i mod 16]`, in double; the sum is [VirtualLanes#sum(double[], int)].
    void sumOfSquares(float[] a, int at, int count, double[] lanes, int lanesAt);
}
