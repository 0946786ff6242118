package dev.fusedvae.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Codes;
import dev.fusedvae.Vae;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.run.MarginalLikelihood;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;

/// log p(x) − ELBO is the KL of q(z|x) to the true posterior, which a linear model has in closed form.
class PosteriorGapTest {
    private static final int LATENT = 3;
    private static final int COPIES = 100;
    private static final double VARIANCE = 0.1;

    @Test
    void gapOfALinearVae_isTheExactKl() {
        DataSet digits = Catalogue.load("digits", Optional.empty(), Map.of()).train().slice(0, 200);
        Normalization centred = Normalization.center(digits);
        VaeSpec spec = new VaeSpec(64, List.of(), LATENT, List.of(), Activation.IDENTITY, true, new Likelihood.Gaussian(VARIANCE), new Objective.Vae(1, 0));
        // a few epochs only, so that there is a gap
        try (Vae vae = Vae.train(spec, TrainSpec.standard(20, 1).withBatchSize(20).withOptimizer(new OptimizerSpec.Adam(1e-2)), new Split(digits, digits), centred, RunOptions.defaults(),
                TrainingListener.SILENT)) {
            MarginalLikelihood marginal = vae.logLikelihood(digits, 2000, done -> { });
            double elbo = vae.evaluate(digits.select(IntStream.range(0, COPIES * 200).map(i -> i % 200).toArray())).elbo();
            double exact = exactKl(vae, digits);
            System.out.printf("gap %.4f, exact KL %.4f nats%n", marginal.mean() - elbo, exact);
            assertTrue(exact > 0.3 && exact < 10, "a gap worth measuring, which importance sampling still bridges: " + exact);
            // one ELBO sample spreads by some nats; over 20000 of them the mean is good to 0.02
            assertEquals(exact, marginal.mean() - elbo, 0.06 + 4 * marginal.standardError());
        }
    }

    /// p(z|x) = N(P⁻¹Wᵀ(x − b)/σ², P⁻¹), P = I + WᵀW/σ²; KL(q‖p) = ½(tr PΣ + δᵀPδ − L − log|Σ| − log|P|), averaged over x.
    private static double exactKl(Vae vae, DataSet data) {
        DMatrixRMaj w = new DMatrixRMaj(64, LATENT, true, widen(vae.parameter("decoder.0.weight")));
        float[] b = vae.parameter("decoder.0.bias");
        DMatrixRMaj precision = new DMatrixRMaj(LATENT, LATENT);
        CommonOps_DDRM.multTransA(1 / VARIANCE, w, w, precision);
        for (int j = 0; j < LATENT; j++) {
            precision.add(j, j, 1);
        }
        double logDeterminant = Math.log(CommonOps_DDRM.det(precision));
        DMatrixRMaj covariance = new DMatrixRMaj(LATENT, LATENT);
        assertTrue(CommonOps_DDRM.invert(precision, covariance));
        Codes codes = vae.encode(data);
        double sum = 0;
        float[] row = new float[64];
        DMatrixRMaj wx = new DMatrixRMaj(LATENT, 1);
        DMatrixRMaj mean = new DMatrixRMaj(LATENT, 1);
        for (int i = 0; i < data.size(); i++) {
            vae.normalization().row(data, i, row, 0);
            DMatrixRMaj x = new DMatrixRMaj(64, 1);
            for (int j = 0; j < 64; j++) {
                x.set(j, 0, row[j] - b[j]);
            }
            CommonOps_DDRM.multTransA(1 / VARIANCE, w, x, wx);
            CommonOps_DDRM.mult(covariance, wx, mean);
            sum += 0.5 * (distance(codes.mu()[i], mean, precision) - LATENT - logDeterminant);
            for (int j = 0; j < LATENT; j++) {
                sum += 0.5 * (precision.get(j, j) * Math.exp(codes.logVar()[i][j]) - codes.logVar()[i][j]);
            }
        }
        return sum / data.size();
    }

    private static double distance(float[] mu, DMatrixRMaj mean, DMatrixRMaj precision) {
        double sum = 0;
        for (int j = 0; j < LATENT; j++) {
            for (int k = 0; k < LATENT; k++) {
                sum += (mu[j] - mean.get(j)) * precision.get(j, k) * (mu[k] - mean.get(k));
            }
        }
        return sum;
    }

    private static double[] widen(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }
}
