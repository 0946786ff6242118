package dev.fusedvae.reproduce;

import dev.fusedvae.Vae;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.run.Evaluation;
import dev.fusedvae.run.MarginalLikelihood;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// Measures a trained model.
final class Judge {
    /// Noise samples per example for an ELBO that is compared with an exact number.
    private static final int COPIES = 40;
    private static final int FACTOR_ITERATIONS = 20_000;
    private static final int RING_SAMPLES = 100_000;
    private static final long RING_SEED = 103;
    /// By how much rounding and a finite number of noise samples may lift a bound above what it bounds.
    private static final double ABOVE = 0.05;

    private final Vae vae;
    private final DataSet data;

    private Judge(Vae vae, DataSet data) {
        this.vae = vae;
        this.data = data;
    }

    /// @param progress is given the number of examples measured, where that takes long
    static List<Check> measure(Vae vae, DataSet data, Measure measure, IntConsumer progress) {
        Judge judge = new Judge(vae, data);
        return switch (measure) {
            case Measure.Bound bound -> judge.bound(bound);
            case Measure.Nll nll -> judge.nll(nll, progress);
            case Measure.Pca pca -> judge.pca(pca);
            case Measure.ProbabilisticPca ppca -> judge.ppca(ppca);
            case Measure.FactorAnalysis fa -> judge.factors(fa);
            case Measure.Ring ring -> judge.ring(ring);
        };
    }

    private List<Check> bound(Measure.Bound bound) {
        Evaluation e = vae.evaluate(data);
        return List.of(Check.atMost("-ELBO (nats)", -e.elbo(), bound.atMost()), Check.info("reconstruction (nats)", e.reconstruction()),
                Check.info("KL (nats)", e.kl()));
    }

    private List<Check> nll(Measure.Nll nll, IntConsumer progress) {
        MarginalLikelihood likelihood = vae.logLikelihood(data, nll.samples(), progress);
        Evaluation e = vae.evaluate(data);
        List<Check> checks = new ArrayList<>();
        checks.add(nll.figure().isPresent()
                ? Check.within("NLL (nats)", likelihood.nll(), nll.figure().getAsDouble() - nll.tolerance(), nll.figure().getAsDouble() + nll.tolerance())
                : Check.info("NLL (nats)", likelihood.nll()));
        checks.add(Check.info("standard error (nats)", likelihood.standardError()));
        checks.add(Check.info("-ELBO (nats)", -e.elbo()));
        checks.add(Check.info("active units", e.activeUnits()));
        nll.activeUnits().ifPresent(units -> checks.add(Check.info("active units, published", units)));
        return checks;
    }

    /// Two checks, because no linear map beats PCA: a smaller error would be a fault of the measurement.
    private List<Check> pca(Measure.Pca pca) {
        double exact = Covariance.of(data, vae.normalization()).pcaError(vae.spec().latent());
        int d = data.features();
        // log p = −½(error + D log 2π) at variance 1
        double error = -2 * vae.evaluate(data).reconstruction() - d * Math.log(2 * Math.PI);
        return List.of(Check.within("squared error / PCA's", error / exact, 1 - 1e-4, 1 + pca.share()),
                Check.info("squared error", error), Check.info("squared error of PCA", exact));
    }

    private List<Check> ppca(Measure.ProbabilisticPca ppca) {
        Covariance covariance = Covariance.of(data, vae.normalization());
        int rank = vae.spec().latent();
        double exact = covariance.ppcaLogLikelihood(rank);
        double elbo = averagedElbo();
        double variance = Math.exp(vae.parameter("likelihood.log_var")[0]);
        return List.of(Check.within("log-likelihood of pPCA - ELBO (nats)", exact - elbo, -ABOVE, ppca.gap()),
                Check.within("variance / pPCA's", variance / covariance.noise(rank), 1 - ppca.share(), 1 + ppca.share()),
                Check.info("ELBO (nats)", elbo), Check.info("log-likelihood of pPCA (nats)", exact));
    }

    private List<Check> factors(Measure.FactorAnalysis fa) {
        double exact = FactorAnalysis.logLikelihood(Covariance.of(data, vae.normalization()), vae.spec().latent(), FACTOR_ITERATIONS);
        double elbo = averagedElbo();
        return List.of(Check.within("log-likelihood of FA - ELBO (nats)", exact - elbo, -ABOVE, fa.gap()),
                Check.info("ELBO (nats)", elbo), Check.info("log-likelihood of FA (nats)", exact));
    }

    private List<Check> ring(Measure.Ring ring) {
        float[][] points = Ring.points(vae.sample(RING_SAMPLES, RING_SEED));
        return List.of(Check.atMost("radii: total variation from the law", Ring.radii(points), ring.share()),
                Check.atMost("directions: total variation from the law", Ring.directions(points), ring.share()));
    }

    private double averagedElbo() {
        int n = data.size();
        return vae.evaluate(data.select(IntStream.range(0, COPIES * n).map(i -> i % n).toArray())).elbo();
    }
}
