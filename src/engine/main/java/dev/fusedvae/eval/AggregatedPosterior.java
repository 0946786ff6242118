package dev.fusedvae.eval;

import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.LogVariance;
import dev.fusedvae.spec.Prior;
import java.util.ArrayList;
import java.util.List;

/// How far the aggregated posterior q(z) = mean of q(z|x) over the data lies from the prior.
///
/// One z is drawn for each example and standardised by the prior's mean and deviation, so that all figures compare with
/// N(0, I): means with 0, variances with 1, correlations with 0.
///
/// @param means              of each latent
/// @param variances          of each latent
/// @param largestCorrelation the largest absolute correlation of two latents; 0 for a single one
/// @param mmd                squared maximum mean discrepancy to N(0, I), unbiased, hence possibly a little below 0
/// @param mmdError           standard deviation that `mmd` would have if q(z) were the prior
/// @param muVariances        variance over the data of the mean of q(z|x), for each latent, not standardised: a latent with
///                           0.01 or less is inactive (Burda et al. 2016)
public record AggregatedPosterior(List<Double> means, List<Double> variances, double largestCorrelation, double mmd, double mmdError,
                                  List<Double> muVariances) {
    /// Examples of which pairs are taken: their number grows with its square.
    private static final int MOST_PAIRED = 2000;
    /// Site of the draws, apart from those of the ELBO.
    private static final int SITE = 2;

    public AggregatedPosterior {
        means = List.copyOf(means);
        variances = List.copyOf(variances);
        muVariances = List.copyOf(muVariances);
    }

    /// Of codes as an encoder gives them; `seed` gives the draws.
    public static AggregatedPosterior of(float[][] mu, float[][] logVar, Prior prior, long seed) {
        double[][] z = draws(mu, logVar, prior, seed);
        int latent = mu[0].length;
        double[] mean = new double[latent];
        double[][] cov = moments(z, mean);
        double[] muMean = new double[latent];
        double[][] wide = new double[mu.length][latent];
        for (int i = 0; i < mu.length; i++) {
            for (int j = 0; j < latent; j++) {
                wide[i][j] = mu[i][j];
            }
        }
        double[][] muCov = moments(wide, muMean);
        List<Double> means = new ArrayList<>();
        List<Double> variances = new ArrayList<>();
        List<Double> muVariances = new ArrayList<>();
        double correlation = 0;
        for (int j = 0; j < latent; j++) {
            means.add(mean[j]);
            variances.add(cov[j][j]);
            muVariances.add(muCov[j][j]);
            for (int k = 0; k < j; k++) {
                correlation = Math.max(correlation, Math.abs(cov[j][k]) / Math.sqrt(cov[j][j] * cov[k][k]));
            }
        }
        double[] mmd = mmd(z, Math.min(MOST_PAIRED, z.length));
        return new AggregatedPosterior(means, variances, correlation, mmd[0], mmd[1], muVariances);
    }

    /// The latents whose mean does not vary over the data, counted from 0.
    public List<Integer> inactive() {
        List<Integer> inactive = new ArrayList<>();
        for (int j = 0; j < muVariances.size(); j++) {
            if (!(muVariances.get(j) > Evaluator.ACTIVE_VARIANCE)) {
                inactive.add(j);
            }
        }
        return inactive;
    }

    /// (μ + σ⊙ε − m) / s for every example.
    private static double[][] draws(float[][] mu, float[][] logVar, Prior prior, long seed) {
        Stream stream = new Stream(seed, Purpose.EVALUATION, SITE);
        double[][] z = new double[mu.length][mu[0].length];
        for (int i = 0; i < z.length; i++) {
            for (int j = 0; j < z[i].length; j++) {
                double sigma = Math.exp(0.5 * LogVariance.clamp(logVar[i][j]));
                z[i][j] = (mu[i][j] + sigma * Normals.at(stream, 0, i, j) - prior.mean(j)) / Math.sqrt(prior.variance(j));
            }
        }
        return z;
    }

    private static double[][] moments(double[][] z, double[] mean) {
        for (double[] row : z) {
            for (int j = 0; j < mean.length; j++) {
                mean[j] += row[j] / z.length;
            }
        }
        double[][] cov = new double[mean.length][mean.length];
        for (double[] row : z) {
            for (int j = 0; j < mean.length; j++) {
                for (int k = 0; k <= j; k++) {
                    cov[j][k] += (row[j] - mean[j]) * (row[k] - mean[k]) / z.length;
                }
            }
        }
        return cov;
    }

    /// MMD² to N(0, I) by the kernel exp(−‖a − b‖²/2h), h = the number of latents, and its deviation under N(0, I).
    ///
    /// Expectations over N(0, I) are exact, so that only the data's sampling is left: E_y k(z, y) =
    /// (h/(1+h))^(L/2) exp(−‖z‖²/2(1+h)), E k(y, y') = (h/(2+h))^(L/2), E k(y, y')² = (h/(4+h))^(L/2).
    /// Baringhaus & Henze 1988; as a two-sample test Gretton et al. 2012, whose null variance is 2/(n(n−1)) times that of the
    /// kernel centred in both arguments.
    private static double[] mmd(double[][] z, int n) {
        if (n < 2) {
            return new double[] {Double.NaN, Double.NaN};
        }
        int latent = z[0].length;
        double h = latent;
        double toPrior = 0;
        double pairs = 0;
        for (int i = 0; i < n; i++) {
            double norm = 0;
            for (double v : z[i]) {
                norm += v * v;
            }
            toPrior += Math.exp(-norm / (2 * (1 + h)));
            for (int k = 0; k < i; k++) {
                double distance = 0;
                for (int j = 0; j < latent; j++) {
                    distance += (z[i][j] - z[k][j]) * (z[i][j] - z[k][j]);
                }
                pairs += Math.exp(-distance / (2 * h));
            }
        }
        double half = latent / 2.0;
        double between = Math.pow(h / (2 + h), half);
        double mmd = pairs / (0.5 * n * (n - 1)) - 2 * Math.pow(h / (1 + h), half) * toPrior / n + between;
        // E of (E_y k(z, y))² over z ~ N(0, I)
        double projected = Math.pow(h * h / ((1 + h) * (3 + h)), half);
        double centred = Math.pow(h / (4 + h), half) - 2 * projected + between * between;
        return new double[] {mmd, Math.sqrt(2 * centred / ((double) n * (n - 1)))};
    }
}
