package dev.fusedvae.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Vae;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import dev.fusedvae.train.RunOptions;
import dev.fusedvae.train.TrainingListener;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.junit.jupiter.api.Test;

/// Linear models have closed forms: a library's singular values are the judge of what training finds.
class LinearModelsTest {
    private static final int LATENT = 8;

    private final DataSet digits = Catalogue.load("digits", Optional.empty(), Map.of()).train();
    private final Normalization centred = Normalization.center(digits);
    private final int n = digits.size();
    private final int d = digits.features();
    /// Eigenvalues of the covariance of the centred digits, largest first; 1/n.
    private final double[] variances = variances();

    private double[] variances() {
        DMatrixRMaj x = new DMatrixRMaj(n, d);
        float[] row = new float[d];
        for (int i = 0; i < n; i++) {
            centred.row(digits, i, row, 0);
            for (int j = 0; j < d; j++) {
                x.set(i, j, row[j]);
            }
        }
        SingularValueDecomposition_F64<DMatrixRMaj> svd = DecompositionFactory_DDRM.svd(n, d, false, false, true);
        assertTrue(svd.decompose(x), "the library's SVD converges");
        double[] values = Arrays.stream(svd.getSingularValues()).limit(d).map(s -> s * s / n).sorted().toArray();
        return IntStream.range(0, d).mapToDouble(i -> values[d - 1 - i]).toArray();
    }

    private Vae train(Objective objective, Likelihood likelihood, double rate, int epochs) {
        VaeSpec spec = new VaeSpec(d, List.of(), LATENT, List.of(), Activation.IDENTITY, true, likelihood, objective);
        TrainSpec train = TrainSpec.standard(epochs, 1).withBatchSize(300)
                .withOptimizer(new OptimizerSpec.Adam(rate)).withSchedule(new Schedule.Cosine(epochs, 0));
        return Vae.train(spec, train, new Split(digits, digits), centred, RunOptions.defaults(), new TrainingListener() {});
    }

    /// FIGURES linear-pca: the reconstruction error of rank-8 PCA, within 0.5 %.
    @Test
    void linearAutoencoder_reachesTheErrorOfPca() {
        double pca = Arrays.stream(variances, LATENT, d).sum();
        try (Vae vae = train(new Objective.Autoencoder(), new Likelihood.Gaussian(1), 5e-3, 400)) {
            double reconstruction = vae.evaluate(digits).reconstruction();
            double error = -2 * reconstruction - d * Math.log(2 * Math.PI);
            System.out.printf("linear-pca: squared error %.5f an example, rank-%d PCA %.5f, ratio %.5f%n", error, LATENT, pca, error / pca);
            assertTrue(error >= pca * (1 - 1e-4), "no linear map beats PCA: " + error + " < " + pca);
            assertTrue(error <= pca * 1.005, error + " > " + pca);
        }
    }

    /// FIGURES linear-ppca: the optimum of the ELBO is the maximum likelihood of probabilistic PCA (Tipping & Bishop 1999;
    /// Lucas et al. 2019), within 0.2 nats, and σ² within 1 %.
    @Test
    void linearVae_reachesTheLikelihoodOfProbabilisticPca() {
        double noise = Arrays.stream(variances, LATENT, d).average().orElseThrow();
        double logDeterminant = (d - LATENT) * Math.log(noise);
        for (int j = 0; j < LATENT; j++) {
            logDeterminant += Math.log(variances[j]);
        }
        double likelihood = -0.5 * (d * Math.log(2 * Math.PI) + logDeterminant + d);
        try (Vae vae = train(new Objective.Vae(1, 0), new Likelihood.GaussianScalar(), 1e-2, 1200)) {
            int copies = 40;
            DataSet repeated = digits.select(IntStream.range(0, copies * n).map(i -> i % n).toArray());
            double elbo = vae.evaluate(repeated).elbo();
            double variance = Math.exp(vae.parameter("likelihood.log_var")[0]);
            System.out.printf("linear-ppca: ELBO %.4f, log-likelihood of pPCA %.4f, gap %.4f nats; sigma^2 %.6f, exact %.6f%n",
                    elbo, likelihood, likelihood - elbo, variance, noise);
            assertTrue(likelihood - elbo <= 0.2, "gap " + (likelihood - elbo));
            assertTrue(elbo <= likelihood + 0.05, "a bound above what it bounds: " + elbo + " > " + likelihood);
            assertEquals(noise, variance, 0.01 * noise);
        }
    }
}
