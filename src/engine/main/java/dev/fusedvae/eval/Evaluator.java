package dev.fusedvae.eval;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.run.Evaluation;
import dev.fusedvae.spec.LogVariance;
import dev.fusedvae.spec.Prior;
import java.util.ArrayList;
import java.util.List;

/// Sums up what the ELBO graph gives for a data set; in example order and in double, so that neither threads nor batch
/// size show.
public final class Evaluator {
    /// Variance of a latent's mean over the data above which it counts as active.
    static final double ACTIVE_VARIANCE = 0.01;

    private final Graph graph;
    private final boolean variational;
    private final int latent;
    private final Prior prior;
    private final float[] heads;
    private final float[] ll;
    private final float[] kl;
    private final float[] reconstructions;
    private final float[] kls;
    private final double[] klPerLatent;
    private final double[] mean;
    private final double[] squares;
    private int seen;

    private Evaluator(Graph graph, int batch, int examples) {
        this.graph = graph;
        variational = graph.spec().objective().variational();
        latent = graph.spec().latent();
        prior = graph.spec().prior();
        heads = new float[Math.toIntExact(graph.results().getLast().elements(batch))];
        ll = new float[batch];
        kl = new float[batch];
        reconstructions = new float[examples];
        kls = new float[examples];
        klPerLatent = new double[latent];
        mean = new double[latent];
        squares = new double[latent];
    }

    /// Evaluates `examples` on an [Inference] of `graph` = [dev.fusedvae.graph.Graphs#elbo]; `seed` gives the noise.
    public static Evaluation evaluate(Inference inference, Graph graph, Examples examples, long seed) {
        Evaluator evaluator = new Evaluator(graph, inference.batch(), examples.count());
        inference.run(examples, seed, evaluator::add);
        return evaluator.result();
    }

    private void add(Executable ran, int first, int rows) {
        List<Tensor> results = graph.results();
        ran.read(results.getFirst(), ll);
        System.arraycopy(ll, 0, reconstructions, first, rows);
        if (variational) {
            ran.read(results.get(1), kl);
            System.arraycopy(kl, 0, kls, first, rows);
        }
        ran.read(results.getLast(), heads);
        for (int r = 0; r < rows; r++) {
            latents(r);
        }
    }

    /// Welford's update of the variance of every latent's mean, and its KL.
    private void latents(int row) {
        seen++;
        int at = row * (variational ? 2 : 1) * latent;
        for (int j = 0; j < latent; j++) {
            double mu = heads[at + j];
            double delta = mu - mean[j];
            mean[j] += delta / seen;
            squares[j] += delta * (mu - mean[j]);
            if (variational) {
                double logVar = LogVariance.clamp(heads[at + latent + j]);
                double variance = prior.variance(j);
                double off = mu - prior.mean(j);
                klPerLatent[j] += 0.5 * ((off * off + StrictMath.exp(logVar)) / variance - 1 - logVar + StrictMath.log(variance));
            }
        }
    }

    private Evaluation result() {
        List<Double> perLatent = new ArrayList<>();
        int active = 0;
        for (int j = 0; j < latent; j++) {
            if (squares[j] / seen > ACTIVE_VARIANCE) {
                active++;
            }
            if (variational) {
                perLatent.add(klPerLatent[j] / seen);
            }
        }
        return new Evaluation(average(reconstructions), average(kls), perLatent, active, reconstructions, kls);
    }

    private static double average(float[] values) {
        double sum = 0;
        for (float v : values) {
            sum += v;
        }
        return sum / values.length;
    }
}
