package dev.fusedvae.backend.reference;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Step;
import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Permutation;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.Likelihood;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/// Every primitive op as the plainest loop: this is what the ops *mean*.
final class ReferenceOps {
    private final Map<Tensor, double[]> values;
    private final Feed feed;
    private final Step step;
    private final int rows;
    private final ReferenceLatent latent;

    ReferenceOps(Map<Tensor, double[]> values, Feed feed, Step step) {
        this.values = values;
        this.feed = feed;
        this.step = step;
        this.rows = step.rows();
        this.latent = new ReferenceLatent(values, step);
    }

    void run(Op op) {
        switch (op) {
            case Op.Gather o -> gather(o);
            case Op.Linear o -> linear(o);
            case Op.AddBias o -> addBias(o);
            case Op.Activate o -> activate(o);
            case Op.BernoulliSample o -> sample(o);
            case Op.Contrast o -> contrast(o);
            case Op.Noise o -> noise(o);
            case Op.Reparameterize o -> latent.reparameterize(o);
            case Op.KlDivergence o -> latent.klDivergence(o);
            case Op.LogLikelihood o -> logLikelihood(o);
            case Op.ReduceLoss o -> reduceLoss(o);
            case Op.LikelihoodBackward o -> likelihoodBackward(o);
            case Op.LinearBackwardData o -> linearBackwardData(o);
            case Op.LinearBackwardWeight o -> linearBackwardWeight(o);
            case Op.ColumnSum o -> columnSum(o);
            case Op.ActivateBackward o -> activateBackward(o);
            case Op.ReparameterizeBackward o -> latent.reparameterizeBackward(o);
            case Op.KlBackward o -> latent.klBackward(o);
            case Op.KlColumns o -> latent.klColumns(o);
            case Op.LogRatio o -> latent.logRatio(o);
            case Op.LogRatioBackward o -> latent.logRatioBackward(o);
            case Op.ImportanceWeights o -> latent.importanceWeights(o);
            case Op.WeightRows o -> latent.weightRows(o);
            case Op.L1Penalty o -> latent.l1Penalty(o);
            case Op.L1Backward o -> latent.l1Backward(o);
            case Op.Corrupt o -> corrupt(o);
            case Op.Add o -> add(o);
            case Op.SquaredNorm o -> of(o.partial())[0] = Arrays.stream(of(o.gradient())).map(g -> g * g).sum();
            case Op.Update o -> ReferenceOptimizer.update(o, values, step);
        }
    }

    private double[] of(Tensor t) {
        return values.get(t);
    }

    private void gather(Op.Gather o) {
        Examples examples = feed.examples();
        int width = o.x().width();
        float[] row = new float[width];
        for (int b = 0; b < rows; b++) {
            int example = row(b);
            for (int j = 0; j < width; j++) {
                row[j] = examples.value(example, j);
            }
            switch (o.binarization()) {
                case NONE -> { }
                case THRESHOLD -> {
                    for (int j = 0; j < width; j++) {
                        row[j] = row[j] >= 0.5f ? 1 : 0;
                    }
                }
                case DYNAMIC -> draw(examples, example, b, row, width);
            }
            for (int j = 0; j < width; j++) {
                of(o.x())[b * width + j] = row[j];
            }
        }
    }

    private void draw(Examples examples, int example, int b, float[] row, int width) {
        long noiseRow = feed.noiseRow(step, b);
        switch (examples) {
            case Examples.Bytes e when e.grey() ->
                    Binarizer.binarize(feed.binarization(), step.step(), noiseRow, e.values(), example * width, width, row, 0);
            case Examples.Bytes e -> Binarizer.binarize(feed.binarization(), step.step(), noiseRow, row.clone(), 0, width, row, 0);
            case Examples.Floats e -> Binarizer.binarize(feed.binarization(), step.step(), noiseRow, row.clone(), 0, width, row, 0);
        }
    }

    private int row(int b) {
        return switch (feed) {
            case Feed.Training f -> new Permutation(f.seed(), step.epoch(), f.examples().count()).index(step.position() + b);
            case Feed.Inference f -> step.position() + b;
        };
    }

    private void linear(Op.Linear o) {
        int n = o.layer().width();
        int k = o.layer().inputs();
        double[] x = of(o.x());
        double[] w = of(o.layer().weight());
        double[] y = of(o.y());
        for (int b = 0; b < o.y().rows(rows); b++) {
            for (int i = 0; i < n; i++) {
                double sum = 0;
                for (int j = 0; j < k; j++) {
                    sum += x[b * k + j] * w[i * k + j];
                }
                y[b * n + i] = sum;
            }
        }
    }

    private void addBias(Op.AddBias o) {
        int n = o.y().width();
        double[] bias = of(o.layer().bias().orElseThrow());
        for (int i = 0; i < o.y().elements(rows); i++) {
            of(o.y())[i] = of(o.a())[i] + bias[i % n];
        }
    }

    private void activate(Op.Activate o) {
        for (int i = 0; i < o.y().elements(rows); i++) {
            of(o.y())[i] = o.activation().value(of(o.a())[i]);
        }
    }

    private void noise(Op.Noise o) {
        int n = o.eps().width();
        float[] row = new float[n];
        Stream stream = feed.noise();
        int k = o.eps().samples();
        for (int b = 0; b < rows * k; b++) {
            Normals.block(stream, step.step(), feed.sampleRow(step, b / k, b % k, k), 1, n, row, 0);
            for (int j = 0; j < n; j++) {
                of(o.eps())[b * n + j] = row[j];
            }
        }
    }

    private void sample(Op.BernoulliSample o) {
        int n = o.p().width();
        float[] row = new float[n];
        for (int b = 0; b < rows; b++) {
            for (int j = 0; j < n; j++) {
                row[j] = (float) of(o.p())[b * n + j];
            }
            Binarizer.binarize(feed.gibbs(o.site()), step.step(), feed.noiseRow(step, b), row.clone(), 0, n, row, 0);
            for (int j = 0; j < n; j++) {
                of(o.state())[b * n + j] = row[j];
            }
        }
    }

    private void contrast(Op.Contrast o) {
        int n = o.rows().width();
        double scale = o.gradient() ? step.invRows() : 1;
        for (int b = 0; b < rows; b++) {
            for (int j = 0; j < n; j++) {
                of(o.rows())[2 * b * n + j] = (o.gradient() ? -scale : scale) * of(o.data())[b * n + j];
                of(o.rows())[(2 * b + 1) * n + j] = scale * of(o.model())[b * n + j];
            }
        }
    }

    private void corrupt(Op.Corrupt o) {
        int n = o.x().width();
        float[] drawn = new float[n];
        for (int b = 0; b < rows; b++) {
            long row = feed.noiseRow(step, b);
            switch (o.corruption()) {
                case Corruption.None c -> Arrays.fill(drawn, 0);
                case Corruption.Gaussian c -> Normals.block(feed.corruption(), step.step(), row, 1, n, drawn, 0);
                case Corruption.Masking(double p) -> {
                    float[] kept = new float[n];
                    Arrays.fill(kept, (float) (1 - p));
                    Binarizer.binarize(feed.corruption(), step.step(), row, kept, 0, n, drawn, 0);
                }
            }
            for (int j = 0; j < n; j++) {
                double x = of(o.x())[b * n + j];
                of(o.out())[b * n + j] = switch (o.corruption()) {
                    case Corruption.None c -> x;
                    case Corruption.Gaussian(double sigma) -> x + sigma * drawn[j];
                    case Corruption.Masking c -> x * drawn[j];
                };
            }
        }
    }

    private double[] learned(Optional<Tensor> logVar) {
        return logVar.map(this::of).orElse(new double[0]);
    }

    private void logLikelihood(Op.LogLikelihood o) {
        int d = o.x().width();
        int k = o.y().samples();
        for (int r = 0; r < rows * k; r++) {
            double sum = 0;
            for (int j = 0; j < d; j++) {
                sum += ReferenceLikelihood.of(o.likelihood(), of(o.x())[r / k * d + j], of(o.y()), r, j, d, learned(o.logVar())).logDensity();
            }
            of(o.ll())[r] = sum;
        }
    }

    private void reduceLoss(Op.ReduceLoss o) {
        double[] sums = of(o.metrics());
        sums[0] = Arrays.stream(of(o.ll()), 0, o.ll().rows(rows)).sum() / o.ll().samples();
        sums[1] = o.kl().map(kl -> Arrays.stream(of(kl), 0, rows).sum()).orElse(0.0);
    }

    private void likelihoodBackward(Op.LikelihoodBackward o) {
        int d = o.x().width();
        int k = o.y().samples();
        double scale = (double) step.invRows() / o.shares();
        double[] dY = of(o.dY());
        for (int r = 0; r < rows * k; r++) {
            double dScalar = 0;
            for (int j = 0; j < d; j++) {
                var at = ReferenceLikelihood.of(o.likelihood(), of(o.x())[r / k * d + j], of(o.y()), r, j, d, learned(o.logVar()));
                dY[r * o.dY().width() + j] = -at.byMean() * scale;
                switch (o.likelihood().logVar()) {
                    case NONE -> { }
                    case SCALAR -> dScalar -= at.byLogVar() * scale;
                    case VECTOR -> of(o.dLogVar().orElseThrow())[r * d + j] = -at.byLogVar() * scale;
                    case DECODER -> dY[r * 2 * d + d + j] = -at.byLogVar() * scale;
                }
            }
            if (o.likelihood().logVar() == Likelihood.LogVar.SCALAR) {
                of(o.dLogVar().orElseThrow())[r] = dScalar;
            }
        }
    }

    private void linearBackwardData(Op.LinearBackwardData o) {
        int n = o.layer().width();
        int k = o.layer().inputs();
        double[] w = of(o.layer().weight());
        for (int b = 0; b < o.dY().rows(rows); b++) {
            for (int j = 0; j < k; j++) {
                double sum = 0;
                for (int i = 0; i < n; i++) {
                    sum += of(o.dY())[b * n + i] * w[i * k + j];
                }
                of(o.dX())[b * k + j] = sum;
            }
        }
    }

    private void linearBackwardWeight(Op.LinearBackwardWeight o) {
        int n = o.layer().width();
        int k = o.layer().inputs();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < k; j++) {
                double sum = 0;
                for (int b = 0; b < o.dY().rows(rows); b++) {
                    sum += of(o.dY())[b * n + i] * of(o.x())[b * k + j];
                }
                of(o.dW())[i * k + j] = sum;
            }
        }
    }

    private void columnSum(Op.ColumnSum o) {
        int n = o.out().width();
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int b = 0; b < o.dY().rows(rows); b++) {
                sum += of(o.dY())[b * n + i];
            }
            of(o.out())[i] = sum;
        }
    }

    private void activateBackward(Op.ActivateBackward o) {
        for (int i = 0; i < o.dA().elements(rows); i++) {
            double saved = of(o.saved())[i];
            double a = o.activation().derivesFromInput() ? saved : Double.NaN;
            of(o.dA())[i] = of(o.dY())[i] * o.activation().derivative(a, saved);
        }
    }

    private void add(Op.Add o) {
        for (int i = 0; i < o.out().elements(rows); i++) {
            of(o.out())[i] = of(o.a())[i] + of(o.b())[i];
        }
    }
}
