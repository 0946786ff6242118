package dev.fusedvae.eval;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.run.MarginalLikelihood;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.VaeSpec;
import java.util.Arrays;
import java.util.function.IntConsumer;

/// Estimates log p(x) by importance sampling from q(z|x): a plan whose rows are the samples of a few examples, run chunk by
/// chunk, and a streaming log-sum-exp over the chunks of an example.
///
/// Noise is numbered by example and sample, so the estimate depends on neither batch nor chunk but for rounding.
public final class ImportanceSampling {
    /// Samples a chunk: every chunk encodes its examples again, which costs one row of it.
    private static final int CHUNK = 1000;
    /// Rows that a step should have where chunks are short: enough for matrix products at full speed.
    private static final int ROWS = 1024;

    private final Backend backend;
    private final Plan plan;
    private final Parameters parameters;
    private final int samples;
    private final int chunk;

    /// @param samples k, the importance samples an example
    public ImportanceSampling(Backend backend, VaeSpec spec, Binarization binarization, Parameters parameters, int samples) {
        this(backend, spec, binarization, parameters, samples, chunkOf(samples), batchOf(chunkOf(samples), backend.threads()));
    }

    ImportanceSampling(Backend backend, VaeSpec spec, Binarization binarization, Parameters parameters, int samples, int chunk, int batch) {
        if (samples < 1 || samples % chunk != 0) {
            throw new IllegalArgumentException("importance samples must be >= 1 and come in equal chunks, got " + samples + " in chunks of " + chunk);
        }
        this.backend = backend;
        this.parameters = parameters;
        this.samples = samples;
        this.chunk = chunk;
        plan = Plan.of(Graphs.importance(spec, binarization, chunk), backend.fusion(), batch);
    }

    /// The largest divisor of `samples` that a chunk may have.
    private static int chunkOf(int samples) {
        int chunk = Math.max(1, Math.min(CHUNK, samples));
        while (samples % chunk != 0) {
            chunk--;
        }
        return chunk;
    }

    /// Examples a step: the same number for every thread, in pieces whose rows are a multiple of four, as products want them.
    private static int batchOf(int chunk, int threads) {
        int piece = chunk % 4 == 0 ? 1 : chunk % 2 == 0 ? 2 : 4;
        return Math.ceilDiv(Math.ceilDiv(ROWS, chunk), threads * piece) * threads * piece;
    }

    /// Estimates log p(x) of all `examples` on the backend's threads; `seed` gives the noise.
    ///
    /// @param progress told the number of examples done, now and then
    public MarginalLikelihood evaluate(Examples examples, long seed, IntConsumer progress) {
        int count = examples.count();
        double[] likelihoods = new double[count];
        double[] errors = new double[count];
        if (count == 0) {
            throw new IllegalArgumentException("there are no examples to evaluate");
        }
        Feed.Inference feed = new Feed.Inference(examples, plan.batch(), seed, samples, samples / chunk);
        try (Executable executable = backend.load(plan, feed)) {
            parameters.write(executable, plan.graph().tensors(Tensor.Role.PARAMETER));
            Streams streams = new Streams(plan.graph(), plan.batch());
            int chunks = feed.chunks();
            for (int i = 0; i < feed.steps(); i++) {
                if (i % chunks == 0) {
                    streams.clear();
                }
                executable.run(i, 1, new double[0]);
                int first = i / chunks * plan.batch();
                int rows = Math.min(plan.batch(), count - first);
                streams.add(executable, rows, Math.log(chunk));
                if (i % chunks == chunks - 1) {
                    streams.write(rows, samples, likelihoods, errors, first);
                    progress.accept(first + rows);
                }
            }
        }
        return new MarginalLikelihood(samples, likelihoods, errors);
    }

    /// Σ w and Σ w² of every row of a batch, each relative to the largest chunk so far.
    private static final class Streams {
        private final Tensor bound;
        private final Tensor squares;
        private final float[] bounds;
        private final float[] squaresRead;
        private final double[] most;
        private final double[] sum;
        private final double[] square;

        Streams(Graph graph, int batch) {
            bound = graph.results().getFirst();
            squares = graph.results().getLast();
            bounds = new float[batch];
            squaresRead = new float[batch];
            most = new double[batch];
            sum = new double[batch];
            square = new double[batch];
        }

        void clear() {
            Arrays.fill(most, Double.NEGATIVE_INFINITY);
            Arrays.fill(sum, 0);
            Arrays.fill(square, 0);
        }

        void add(Executable ran, int rows, double logChunk) {
            ran.read(bound, bounds);
            ran.read(squares, squaresRead);
            for (int r = 0; r < rows; r++) {
                double logSum = bounds[r] + logChunk;
                double logSquares = squaresRead[r] + logChunk;
                double next = Math.max(most[r], logSum);
                double scale = Math.exp(most[r] - next);
                sum[r] = sum[r] * scale + Math.exp(logSum - next);
                square[r] = square[r] * scale * scale + Math.exp(logSquares - 2 * next);
                most[r] = next;
            }
        }

        void write(int rows, int samples, double[] likelihoods, double[] errors, int first) {
            for (int r = 0; r < rows; r++) {
                likelihoods[first + r] = most[r] + Math.log(sum[r] / samples);
                double variance = square[r] / (sum[r] * sum[r]) - 1.0 / samples;
                errors[first + r] = samples == 1 ? 0 : Math.sqrt(Math.max(0, variance * samples / (samples - 1)));
            }
        }
    }
}
