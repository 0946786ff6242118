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
import dev.fusedvae.spec.LogVariance;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/// Every primitive op as the plainest loop: this is what the ops *mean*.
final class ReferenceOps {
    private final Map<Tensor, double[]> values;
    private final Feed feed;
    private final Step step;
    private final int rows;

    ReferenceOps(Map<Tensor, double[]> values, Feed feed, Step step) {
        this.values = values;
        this.feed = feed;
        this.step = step;
        this.rows = step.rows();
    }

    void run(Op op) {
        switch (op) {
            case Op.Gather o -> gather(o);
            case Op.Linear o -> linear(o);
            case Op.AddBias o -> addBias(o);
            case Op.Activate o -> activate(o);
            case Op.Noise o -> noise(o);
            case Op.Reparameterize o -> reparameterize(o);
            case Op.KlDivergence o -> klDivergence(o);
            case Op.LogLikelihood o -> logLikelihood(o);
            case Op.ReduceLoss o -> reduceLoss(o);
            case Op.LikelihoodBackward o -> likelihoodBackward(o);
            case Op.LinearBackwardData o -> linearBackwardData(o);
            case Op.LinearBackwardWeight o -> linearBackwardWeight(o);
            case Op.ColumnSum o -> columnSum(o);
            case Op.ActivateBackward o -> activateBackward(o);
            case Op.ReparameterizeBackward o -> reparameterizeBackward(o);
            case Op.KlBackward o -> klBackward(o);
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
        float[] row = new float[(width + 31) / 32 * 32];
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
        if (examples instanceof Examples.Bytes e && e.fullScale() == 255) {
            Binarizer.binarize(feed.binarization(), step.step(), noiseRow, e.values(), example * width, width, row, 0, 32);
        } else {
            Binarizer.binarize(feed.binarization(), step.step(), noiseRow, row.clone(), 0, width, row, 0, 32);
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
        for (int b = 0; b < rows; b++) {
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
        for (int i = 0; i < rows * n; i++) {
            of(o.y())[i] = of(o.a())[i] + bias[i % n];
        }
    }

    private void activate(Op.Activate o) {
        for (int i = 0; i < rows * o.y().width(); i++) {
            of(o.y())[i] = o.activation().value(of(o.a())[i]);
        }
    }

    private void noise(Op.Noise o) {
        int n = o.eps().width();
        float[] row = new float[Math.ceilDiv(n, 32) * 32];
        Stream stream = feed.noise();
        for (int b = 0; b < rows; b++) {
            Normals.block(stream, step.step(), feed.noiseRow(step, b), 1, n, row, 0, row.length, 32);
            for (int j = 0; j < n; j++) {
                of(o.eps())[b * n + j] = row[j];
            }
        }
    }

    private void reparameterize(Op.Reparameterize o) {
        int n = o.z().width();
        double[] heads = of(o.heads());
        for (int b = 0; b < rows; b++) {
            for (int j = 0; j < n; j++) {
                double mu = heads[b * 2 * n + j];
                double logVar = LogVariance.clamp(heads[b * 2 * n + n + j]);
                of(o.z())[b * n + j] = mu + Math.exp(0.5 * logVar) * of(o.eps())[b * n + j];
            }
        }
    }

    private void klDivergence(Op.KlDivergence o) {
        int n = o.heads().columns();
        double[] heads = of(o.heads());
        for (int b = 0; b < rows; b++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                double mu = heads[b * 2 * n + j];
                double logVar = LogVariance.clamp(heads[b * 2 * n + n + j]);
                sum += 0.5 * (mu * mu + Math.exp(logVar) - 1 - logVar);
            }
            of(o.kl())[b] = sum;
        }
    }

    private void logLikelihood(Op.LogLikelihood o) {
        int d = o.x().width();
        for (int b = 0; b < rows; b++) {
            double sum = 0;
            for (int j = 0; j < d; j++) {
                sum += ReferenceLikelihood.of(o.likelihood(), of(o.x())[b * d + j], of(o.y()), b, j, d, scalar(o.logVar())).logDensity();
            }
            of(o.ll())[b] = sum;
        }
    }

    private double scalar(Optional<Tensor> logVar) {
        return logVar.map(t -> of(t)[0]).orElse(0.0);
    }

    private void reduceLoss(Op.ReduceLoss o) {
        double[] sums = of(o.metrics());
        sums[0] = Arrays.stream(of(o.ll()), 0, rows).sum();
        sums[1] = o.kl().map(kl -> Arrays.stream(of(kl), 0, rows).sum()).orElse(0.0);
    }

    private void likelihoodBackward(Op.LikelihoodBackward o) {
        int d = o.x().width();
        double scale = step.invRows();
        double[] dY = of(o.dY());
        for (int b = 0; b < rows; b++) {
            double dScalar = 0;
            for (int j = 0; j < d; j++) {
                var at = ReferenceLikelihood.of(o.likelihood(), of(o.x())[b * d + j], of(o.y()), b, j, d, scalar(o.logVar()));
                if (o.dY().parts() == 1) {
                    dY[b * d + j] = -at.byMean() * scale;
                    dScalar -= at.byLogVar() * scale;
                } else {
                    dY[b * 2 * d + j] = -at.byMean() * scale;
                    dY[b * 2 * d + d + j] = -at.byLogVar() * scale;
                }
            }
            double total = dScalar;
            int row = b;
            o.dLogVar().ifPresent(t -> of(t)[row] = total);
        }
    }

    private void linearBackwardData(Op.LinearBackwardData o) {
        int n = o.layer().width();
        int k = o.layer().inputs();
        double[] w = of(o.layer().weight());
        for (int b = 0; b < rows; b++) {
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
                for (int b = 0; b < rows; b++) {
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
            for (int b = 0; b < rows; b++) {
                sum += of(o.dY())[b * n + i];
            }
            of(o.out())[i] = sum;
        }
    }

    private void activateBackward(Op.ActivateBackward o) {
        for (int i = 0; i < rows * o.dA().width(); i++) {
            double saved = of(o.saved())[i];
            double a = o.activation().derivesFromInput() ? saved : Double.NaN;
            of(o.dA())[i] = of(o.dY())[i] * o.activation().derivative(a, saved);
        }
    }

    private void reparameterizeBackward(Op.ReparameterizeBackward o) {
        int n = o.dz().width();
        double[] d = of(o.dHeads());
        for (int b = 0; b < rows; b++) {
            for (int j = 0; j < n; j++) {
                double dz = of(o.dz())[b * n + j];
                double logVar = of(o.heads())[b * 2 * n + n + j];
                d[b * 2 * n + j] = dz;
                d[b * 2 * n + n + j] = LogVariance.inside(logVar)
                        ? 0.5 * dz * of(o.eps())[b * n + j] * Math.exp(0.5 * logVar)
                        : 0;
            }
        }
    }

    private void klBackward(Op.KlBackward o) {
        int n = o.heads().columns();
        double scale = (double) step.beta() * step.invRows();
        double[] d = of(o.dHeads());
        for (int b = 0; b < rows; b++) {
            for (int j = 0; j < n; j++) {
                double logVar = of(o.heads())[b * 2 * n + n + j];
                d[b * 2 * n + j] = scale * of(o.heads())[b * 2 * n + j];
                d[b * 2 * n + n + j] = LogVariance.inside(logVar) ? scale * 0.5 * (Math.exp(logVar) - 1) : 0;
            }
        }
    }

    private void add(Op.Add o) {
        for (int i = 0; i < rows * o.out().width(); i++) {
            of(o.out())[i] = of(o.a())[i] + of(o.b())[i];
        }
    }
}
