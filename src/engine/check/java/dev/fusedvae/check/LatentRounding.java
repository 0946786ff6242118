package dev.fusedvae.check;

import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Step;
import dev.fusedvae.spec.LogVariance;
import dev.fusedvae.spec.Prior;
import java.util.function.Function;

/// The bounds of [Rounding] for the latent layer and importance weights. Row r of the samples belongs to example r / k.
final class LatentRounding {
    private final Rounding rounding;
    private final Tolerance tolerance;
    private final Step step;
    private final double u;
    private final int rows;

    LatentRounding(Rounding rounding, Tolerance tolerance, Step step) {
        this.rounding = rounding;
        this.tolerance = tolerance;
        this.step = step;
        u = tolerance.unit();
        rows = step.rows();
    }

    /// z = μ + σε: σ = exp(½ log σ²) within 1 ulp.
    void reparameterize(Op.Reparameterize o, double[] made) {
        int n = o.z().width();
        int k = o.z().samples();
        double[] heads = rounding.value(o.heads());
        double[] in = rounding.error(o.heads());
        double[] eps = rounding.value(o.eps());
        double[] e = rounding.make(o.z());
        for (int i = 0; i < rows * k * n; i++) {
            int mu = i / n / k * 2 * n + i % n;
            double spread = Math.abs(eps[i]) * sigma(heads[mu + n]);
            e[i] = in[mu] + spread * (0.5 * in[mu + n] + 4 * u) + u * Math.abs(made[i]);
        }
    }

    void klDivergence(Op.KlDivergence o) {
        int n = o.heads().columns();
        double[] e = rounding.make(o.kl());
        for (int i = 0; i < rows * n; i++) {
            e[i / n] += kl(o.heads(), o.prior(), i, n + 8);
        }
    }

    void klColumns(Op.KlColumns o) {
        int n = o.heads().columns();
        double[] e = rounding.make(o.means());
        for (int i = 0; i < rows * n; i++) {
            e[i % n] += kl(o.heads(), o.prior(), i, rows + 9) * step.invRows();
        }
    }

    /// One latent's KL in a sum with `roundings` in all: its own are 8 at most, as σ within 1 ulp counts four in its square;
    /// a prior's precision and log-variance are two constants more, each rounded once.
    private double kl(Tensor of, Prior prior, int i, int roundings) {
        int n = of.columns();
        double[] heads = rounding.value(of);
        double[] in = rounding.error(of);
        int mu = i / n * 2 * n + i % n;
        double off = heads[mu] - prior.mean(i % n);
        double v = prior.variance(i % n);
        double logVar = LogVariance.clamp(heads[mu + n]);
        double variance = Math.exp(logVar);
        double center = Math.abs(heads[mu]) + Math.abs(prior.mean(i % n));
        double terms = 0.5 * ((center * Math.abs(off) + variance) / v + 1 + Math.abs(logVar) + Math.abs(Math.log(v)));
        int more = prior.standard() ? 0 : 6;
        return tolerance.gamma(roundings + more) * terms + Math.abs(off) / v * in[mu] + 0.5 * Math.abs(variance / v - 1) * in[mu + n];
    }

    void reparameterizeBackward(Op.ReparameterizeBackward o) {
        int n = o.dz().width();
        int k = o.dz().samples();
        double[] heads = rounding.value(o.heads());
        double[] eps = rounding.value(o.eps());
        double[] dz = rounding.value(o.dz());
        double[] in = rounding.error(o.dz());
        double[] e = rounding.make(o.dHeads());
        for (int i = 0; i < rows * k * n; i++) {
            int mu = i / n / k * 2 * n + i % n;
            double half = LogVariance.inside(heads[mu + n]) ? 0.5 * sigma(heads[mu + n]) : 0;
            e[mu] += in[i] + (k > 1 ? tolerance.gamma(k) * Math.abs(dz[i]) : 0);
            e[mu + n] += half * Math.abs(eps[i]) * (in[i] + tolerance.gamma(k + 5) * Math.abs(dz[i]));
        }
    }

    void klBackward(Op.KlBackward o) {
        int n = o.heads().columns();
        double scale = step.beta() * step.invRows();
        double[] heads = rounding.value(o.heads());
        double[] e = rounding.make(o.dHeads());
        for (int i = 0; i < rows * n; i++) {
            int j = i % n;
            boolean free = o.freeBits().map(f -> !(rounding.value(f.klMeans())[j] > f.nats())).orElse(false);
            int mu = i / n * 2 * n + j;
            double v = o.prior().variance(j);
            double variance = Math.exp(LogVariance.clamp(heads[mu + n]));
            e[mu] = free ? 0 : 4 * u * scale * (Math.abs(heads[mu]) + Math.abs(o.prior().mean(j))) / v;
            e[mu + n] = !free && LogVariance.inside(heads[mu + n]) ? 10 * u * scale * 0.5 * (variance / v + 1) : 0;
        }
    }

    void logRatio(Op.LogRatio o) {
        int n = o.eps().width();
        int k = o.eps().samples();
        double[] heads = rounding.value(o.heads());
        double[] in = rounding.error(o.heads());
        double[] eps = rounding.value(o.eps());
        double[] e = rounding.make(o.ratio());
        for (int i = 0; i < rows * k * n; i++) {
            int mu = i / n / k * 2 * n + i % n;
            double v = o.prior().variance(i % n);
            double logVar = LogVariance.clamp(heads[mu + n]);
            double spread = sigma(heads[mu + n]) * Math.abs(eps[i]);
            double parts = Math.abs(heads[mu]) + spread + Math.abs(o.prior().mean(i % n));
            double off = Math.abs(heads[mu] + sigma(heads[mu + n]) * eps[i] - o.prior().mean(i % n));
            double terms = 0.5 * (eps[i] * eps[i] + Math.abs(logVar) + parts * parts / v + Math.abs(Math.log(v)));
            e[i / n] += tolerance.gamma(n + 10) * terms + off / v * (in[mu] + 0.5 * spread * in[mu + n]) + 0.5 * in[mu + n];
        }
    }

    void logRatioBackward(Op.LogRatioBackward o) {
        int n = o.eps().width();
        int k = o.eps().samples();
        double[] heads = rounding.value(o.heads());
        double[] eps = rounding.value(o.eps());
        double[] weights = rounding.value(o.weights());
        double[] in = rounding.error(o.weights());
        double[] e = rounding.make(o.dHeads());
        double gamma = tolerance.gamma(k + 12) * step.invRows();
        for (int i = 0; i < rows * k * n; i++) {
            int mu = i / n / k * 2 * n + i % n;
            double sigma = sigma(heads[mu + n]);
            double size = (Math.abs(heads[mu]) + sigma * Math.abs(eps[i]) + Math.abs(o.prior().mean(i % n))) / o.prior().variance(i % n)
                    + (o.dreg() ? Math.abs(eps[i]) / sigma : 0);
            double w = weights[i / n];
            double weight = o.dreg() ? w * w : w;
            double carried = (o.dreg() ? 2 * w : 1) * in[i / n] * step.invRows();
            double half = LogVariance.inside(heads[mu + n]) ? 0.5 * sigma * Math.abs(eps[i]) : 0;
            e[mu] += size * (gamma * weight + carried);
            e[mu + n] += half * size * (gamma * weight + carried);
            if (i / n % k == 0 && LogVariance.inside(heads[mu + n])) {
                e[mu + n] += 2 * u * step.invRows();
            }
        }
    }

    /// log w = ll + ratio is off by its inputs' errors and by rounding the difference to the largest; exp and the quotient
    /// add relative errors. A weight's own error is that of its log w less the weighted mean of all, at most twice the most.
    void importanceWeights(Op.ImportanceWeights o, Function<Tensor, double[]> made) {
        int k = o.ll().samples();
        double[] ll = rounding.value(o.ll());
        double[] ratio = rounding.value(o.ratio());
        double[] llError = rounding.error(o.ll());
        double[] ratioError = rounding.error(o.ratio());
        double[] bound = rounding.make(o.bound());
        o.weights().ifPresent(rounding::make);
        o.squares().ifPresent(rounding::make);
        for (int b = 0; b < rows; b++) {
            double most = Double.NEGATIVE_INFINITY;
            for (int r = b * k; r < (b + 1) * k; r++) {
                most = Math.max(most, ll[r] + ratio[r]);
            }
            double off = 0;
            for (int r = b * k; r < (b + 1) * k; r++) {
                double share = Math.exp(ll[r] + ratio[r] - most);
                // a sample that weighs nothing may be far off: what counts is its error times its weight
                off = Math.max(off, share * (llError[r] + ratioError[r] + u * (Math.abs(ll[r] + ratio[r] - most) + 4)));
            }
            bound[b] = k * off + u * Math.abs(made.apply(o.bound())[b]);
            int example = b;
            double total = k * off;
            o.squares().ifPresent(s -> rounding.of(s)[example] = 2 * total + u * Math.abs(made.apply(s)[example]));
            for (int r = b * k; r < (b + 1) * k && o.weights().isPresent(); r++) {
                double own = llError[r] + ratioError[r] + u * (Math.abs(ll[r] + ratio[r] - most) + 6);
                // exp flushes what is below 2^-126 to zero
                rounding.of(o.weights().get())[r] = made.apply(o.weights().get())[r] * (own + total) + Float.MIN_NORMAL;
            }
        }
    }

    void weightRows(Op.WeightRows o) {
        int n = o.out().width();
        double[] dY = rounding.value(o.dY());
        double[] dYError = rounding.error(o.dY());
        double[] weights = rounding.value(o.weights());
        double[] in = rounding.error(o.weights());
        double[] e = rounding.make(o.out());
        for (int i = 0; i < e.length; i++) {
            double w = weights[i / n];
            double weight = o.power() == 1 ? w : w * w;
            double slope = o.power() == 1 ? 1 : 2 * w;
            // one rounding more where dY is a sum on its way to memory
            e[i] = weight * (dYError[i] + 3 * u * Math.abs(dY[i])) + slope * in[i / n] * Math.abs(dY[i]);
        }
    }

    private static double sigma(double logVar) {
        return Math.exp(0.5 * LogVariance.clamp(logVar));
    }
}
