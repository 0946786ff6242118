package dev.fusedvae.eval;

import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.RbmSpec;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Estimates log Z of a restricted Boltzmann machine by annealed importance sampling; Neal 2001, Salakhutdinov & Murray 2008.
///
/// Chains go from independent units with biases a, whose Z is known, to the model through
/// log p*_β(v) = ((1−β) a + β b)·v + Σ_j log(1 + exp(β (c_j + W_j v))), β = 0, 1/K, … 1, one Gibbs step at each; the
/// weight of a chain is the product of p*_β′(v)/p*_β(v) along its way, and its mean over chains estimates Z/Z_0 without bias.
///
/// In double and by the rows of units that are on, a chain a task; the result does not depend on threads.
public final class AnnealedImportanceSampling {
    private static final int HIDDEN_SITE = 16;
    private static final int VISIBLE_SITE = 17;

    private final int visible;
    private final int hidden;
    /// W by hidden and by visible units, b, c, and the biases a of the base.
    private final double[][] weight;
    private final double[][] transposed;
    private final double[] visibleBias;
    private final double[] hiddenBias;
    private final double[] base;

    /// @param logZ          the estimate, in nats
    /// @param standardError of `logZ`, from the spread of the weights of the chains (the delta method)
    public record Estimate(double logZ, double standardError, int chains, int temperatures) {}

    /// @param data binary rows from which the base takes its rates; the nearer the model, the better the estimate
    public AnnealedImportanceSampling(RbmSpec spec, Parameters parameters, float[][] data) {
        visible = spec.visible();
        hidden = spec.hidden();
        weight = new double[hidden][visible];
        transposed = new double[visible][hidden];
        float[] w = parameters.values("weight");
        for (int j = 0; j < hidden; j++) {
            for (int i = 0; i < visible; i++) {
                weight[j][i] = w[j * visible + i];
                transposed[i][j] = w[j * visible + i];
            }
        }
        visibleBias = widen(parameters.values("visible.bias"));
        hiddenBias = widen(parameters.values("hidden.bias"));
        base = rates(data, visible);
    }

    private static double[] widen(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    /// Logits of the rates of units, one success and one failure added: no unit is certain.
    public static double[] rates(float[][] data, int visible) {
        double[] logits = new double[visible];
        for (int i = 0; i < visible; i++) {
            double on = 1;
            for (float[] row : data) {
                on += row[i];
            }
            logits[i] = Math.log(on / (data.length + 2 - on));
        }
        return logits;
    }

    /// log p*(v): minus the free energy, log p(v) + log Z.
    public double unnormalized(float[] v) {
        double[] a = new double[hidden];
        inputs(v, a);
        return value(v, a, 1);
    }

    /// The mean of log p(v) over `rows` in nats per example, given log Z.
    public double logLikelihood(float[][] rows, double logZ) {
        double[] values = Arrays.stream(rows).parallel().mapToDouble(this::unnormalized).toArray();
        return Arrays.stream(values).sum() / values.length - logZ;
    }

    /// Runs `chains` chains over `temperatures` steps of β; `seed` gives their noise.
    public Estimate run(int chains, int temperatures, long seed) {
        if (chains < 2 || temperatures < 1) {
            throw new IllegalArgumentException("annealing needs at least 2 chains and 1 temperature, got " + chains + " and " + temperatures);
        }
        double[] logWeights = IntStream.range(0, chains).parallel().mapToDouble(c -> chain(c, temperatures, seed)).toArray();
        double most = Arrays.stream(logWeights).max().orElseThrow();
        double[] relative = Arrays.stream(logWeights).map(l -> Math.exp(l - most)).toArray();
        double mean = Arrays.stream(relative).sum() / chains;
        double squares = Arrays.stream(relative).map(w -> (w - mean) * (w - mean)).sum();
        double error = Math.sqrt(squares / (chains - 1) / chains) / mean;
        double baseLogZ = hidden * Math.log(2) + Arrays.stream(base).map(AnnealedImportanceSampling::softplus).sum();
        return new Estimate(baseLogZ + most + Math.log(mean), error, chains, temperatures);
    }

    /// The log-weight of a chain.
    private double chain(int row, int temperatures, long seed) {
        Stream hiddenNoise = new Stream(seed, Purpose.EVALUATION, HIDDEN_SITE);
        Stream visibleNoise = new Stream(seed, Purpose.EVALUATION, VISIBLE_SITE);
        float[] v = new float[visible];
        float[] h = new float[hidden];
        double[] a = new double[hidden];
        draw(visibleNoise, 0, row, base.clone(), v);
        double logWeight = 0;
        for (int k = 1; k <= temperatures; k++) {
            double beta = (double) k / temperatures;
            inputs(v, a);
            logWeight += value(v, a, beta) - value(v, a, (k - 1.0) / temperatures);
            if (k < temperatures) {
                step(new Stream[] {hiddenNoise, visibleNoise}, k, row, beta, v, h, a);
            }
        }
        return logWeight;
    }

    /// v → h → v under p_β, given a = c + W v.
    private void step(Stream[] noise, int k, int row, double beta, float[] v, float[] h, double[] a) {
        for (int j = 0; j < hidden; j++) {
            a[j] *= beta;
        }
        draw(noise[0], k, row, a, h);
        double[] logits = new double[visible];
        for (int j = 0; j < hidden; j++) {
            if (h[j] != 0) {
                for (int i = 0; i < visible; i++) {
                    logits[i] += weight[j][i];
                }
            }
        }
        for (int i = 0; i < visible; i++) {
            logits[i] = beta * (logits[i] + visibleBias[i]) + (1 - beta) * base[i];
        }
        draw(noise[1], k, row, logits, v);
    }

    private static void draw(Stream stream, long step, long row, double[] logits, float[] to) {
        float[] p = new float[logits.length];
        for (int i = 0; i < p.length; i++) {
            p[i] = (float) (1 / (1 + Math.exp(-logits[i])));
        }
        Binarizer.binarize(stream, step, row, p, 0, p.length, to, 0);
    }

    /// a = c + W v.
    private void inputs(float[] v, double[] a) {
        System.arraycopy(hiddenBias, 0, a, 0, hidden);
        for (int i = 0; i < visible; i++) {
            if (v[i] != 0) {
                for (int j = 0; j < hidden; j++) {
                    a[j] += transposed[i][j] * v[i];
                }
            }
        }
    }

    /// log p*_β(v), given a = c + W v.
    private double value(float[] v, double[] a, double beta) {
        double sum = 0;
        for (int i = 0; i < visible; i++) {
            sum += v[i] * ((1 - beta) * base[i] + beta * visibleBias[i]);
        }
        for (int j = 0; j < hidden; j++) {
            sum += softplus(beta * a[j]);
        }
        return sum;
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
}
