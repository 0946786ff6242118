package dev.fusedvae.backend.reference;

import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Step;
import dev.fusedvae.spec.LogVariance;
import dev.fusedvae.spec.Prior;
import java.util.Map;

/// The ops of the latent layer and of importance weights, as plain loops. Row r of the samples belongs to example r / k.
final class ReferenceLatent {
    private final Map<Tensor, double[]> values;
    private final Step step;
    private final int rows;

    ReferenceLatent(Map<Tensor, double[]> values, Step step) {
        this.values = values;
        this.step = step;
        this.rows = step.rows();
    }

    private double[] of(Tensor t) {
        return values.get(t);
    }

    void reparameterize(Op.Reparameterize o) {
        int n = o.z().width();
        int k = o.z().samples();
        double[] heads = of(o.heads());
        for (int r = 0; r < rows * k; r++) {
            for (int j = 0; j < n; j++) {
                double mu = heads[r / k * 2 * n + j];
                double logVar = LogVariance.clamp(heads[r / k * 2 * n + n + j]);
                of(o.z())[r * n + j] = mu + Math.exp(0.5 * logVar) * of(o.eps())[r * n + j];
            }
        }
    }

    private double kl(double[] heads, int b, int j, int n, Prior prior) {
        double off = heads[b * 2 * n + j] - prior.mean(j);
        double logVar = LogVariance.clamp(heads[b * 2 * n + n + j]);
        return 0.5 * ((off * off + Math.exp(logVar)) / prior.variance(j) - 1 - logVar + Math.log(prior.variance(j)));
    }

    void klDivergence(Op.KlDivergence o) {
        int n = o.heads().columns();
        for (int b = 0; b < rows; b++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += kl(of(o.heads()), b, j, n, o.prior());
            }
            of(o.kl())[b] = sum;
        }
    }

    void klColumns(Op.KlColumns o) {
        int n = o.heads().columns();
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int b = 0; b < rows; b++) {
                sum += kl(of(o.heads()), b, j, n, o.prior());
            }
            of(o.means())[j] = sum * step.invRows();
        }
    }

    void klBackward(Op.KlBackward o) {
        int n = o.heads().columns();
        double scale = (double) step.beta() * step.invRows();
        double[] heads = of(o.heads());
        double[] d = of(o.dHeads());
        for (int b = 0; b < rows; b++) {
            for (int j = 0; j < n; j++) {
                int column = j;
                boolean free = o.freeBits().map(f -> !(of(f.klMeans())[column] > f.nats())).orElse(false);
                double logVar = heads[b * 2 * n + n + j];
                double variance = o.prior().variance(j);
                d[b * 2 * n + j] = free ? 0 : scale * (heads[b * 2 * n + j] - o.prior().mean(j)) / variance;
                d[b * 2 * n + n + j] = !free && LogVariance.inside(logVar) ? scale * 0.5 * (Math.exp(logVar) / variance - 1) : 0;
            }
        }
    }

    void reparameterizeBackward(Op.ReparameterizeBackward o) {
        int n = o.dz().width();
        int k = o.dz().samples();
        double[] d = of(o.dHeads());
        for (int b = 0; b < rows; b++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                double noisy = 0;
                for (int s = 0; s < k; s++) {
                    int i = (b * k + s) * n + j;
                    sum += of(o.dz())[i];
                    noisy += of(o.dz())[i] * of(o.eps())[i];
                }
                double logVar = of(o.heads())[b * 2 * n + n + j];
                d[b * 2 * n + j] = sum;
                d[b * 2 * n + n + j] = LogVariance.inside(logVar) ? 0.5 * noisy * Math.exp(0.5 * logVar) : 0;
            }
        }
    }

    void logRatio(Op.LogRatio o) {
        int n = o.eps().width();
        int k = o.eps().samples();
        double[] heads = of(o.heads());
        for (int r = 0; r < rows * k; r++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                double logVar = LogVariance.clamp(heads[r / k * 2 * n + n + j]);
                double eps = of(o.eps())[r * n + j];
                double off = heads[r / k * 2 * n + j] + Math.exp(0.5 * logVar) * eps - o.prior().mean(j);
                sum += 0.5 * (eps * eps + logVar - off * off / o.prior().variance(j) - Math.log(o.prior().variance(j)));
            }
            of(o.ratio())[r] = sum;
        }
    }

    void logRatioBackward(Op.LogRatioBackward o) {
        int n = o.eps().width();
        int k = o.eps().samples();
        double[] heads = of(o.heads());
        double[] d = of(o.dHeads());
        for (int b = 0; b < rows; b++) {
            for (int j = 0; j < n; j++) {
                double mu = heads[b * 2 * n + j];
                double raw = heads[b * 2 * n + n + j];
                double sigma = Math.exp(0.5 * LogVariance.clamp(raw));
                double byMu = 0;
                double byLogVar = o.dreg() ? 0 : -0.5;
                for (int s = 0; s < k; s++) {
                    double eps = of(o.eps())[(b * k + s) * n + j];
                    double w = of(o.weights())[b * k + s];
                    double h = (mu + sigma * eps - o.prior().mean(j)) / o.prior().variance(j) - (o.dreg() ? eps / sigma : 0);
                    double weight = o.dreg() ? w * w : w;
                    byMu += weight * h;
                    byLogVar += weight * h * 0.5 * sigma * eps;
                }
                d[b * 2 * n + j] = byMu * step.invRows();
                d[b * 2 * n + n + j] = LogVariance.inside(raw) ? byLogVar * step.invRows() : 0;
            }
        }
    }

    void importanceWeights(Op.ImportanceWeights o) {
        int k = o.ll().samples();
        for (int b = 0; b < rows; b++) {
            double most = Double.NEGATIVE_INFINITY;
            for (int s = 0; s < k; s++) {
                most = Math.max(most, of(o.ll())[b * k + s] + of(o.ratio())[b * k + s]);
            }
            double sum = 0;
            double squares = 0;
            for (int s = 0; s < k; s++) {
                double w = Math.exp(of(o.ll())[b * k + s] + of(o.ratio())[b * k + s] - most);
                sum += w;
                squares += w * w;
            }
            of(o.bound())[b] = most + Math.log(sum / k);
            for (int s = 0; s < k && o.weights().isPresent(); s++) {
                of(o.weights().get())[b * k + s] = Math.exp(of(o.ll())[b * k + s] + of(o.ratio())[b * k + s] - most) / sum;
            }
            if (o.squares().isPresent()) {
                of(o.squares().get())[b] = 2 * most + Math.log(squares / k);
            }
        }
    }

    void weightRows(Op.WeightRows o) {
        int n = o.out().width();
        for (int r = 0; r < rows * o.out().samples(); r++) {
            double w = of(o.weights())[r];
            for (int j = 0; j < n; j++) {
                of(o.out())[r * n + j] = (o.power() == 1 ? w : w * w) * of(o.dY())[r * n + j];
            }
        }
    }

    void l1Penalty(Op.L1Penalty o) {
        int n = o.code().width();
        for (int b = 0; b < rows; b++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += Math.abs(of(o.code())[b * n + j]);
            }
            of(o.l1())[b] = sum;
        }
    }

    void l1Backward(Op.L1Backward o) {
        for (int i = 0; i < rows * o.code().width(); i++) {
            of(o.dCode())[i] = step.beta() * step.invRows() * Math.signum(of(o.code())[i]);
        }
    }
}
