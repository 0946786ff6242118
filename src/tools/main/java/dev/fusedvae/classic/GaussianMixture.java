package dev.fusedvae.classic;

import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.rng.Uniforms;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.MixtureMultivariateNormalDistribution;
import org.apache.commons.math3.distribution.MultivariateNormalDistribution;
import org.apache.commons.math3.distribution.fitting.MultivariateNormalMixtureExpectationMaximization;
import org.apache.commons.math3.exception.ConvergenceException;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.SingularMatrixException;
import org.apache.commons.math3.util.Pair;

/// A density of whole-number data by Gaussians on x + u, u uniform in [0, 1): its mean log-density is at most the
/// log-likelihood of the whole numbers; Theis, van den Oord & Bethge 2016, section 3.1.
///
/// The first `rank` principal coordinates have a mixture with full covariances, fitted by a library; the others are normal
/// with their own variances. One component of full rank is the Gaussian with a full covariance.
public final class GaussianMixture {
    /// What the density's own draws are numbered by, beside those of models.
    private static final int NOISE_SITE = 32;
    private static final int CHOICE_SITE = 33;
    private static final int NORMAL_SITE = 34;
    /// Rows that the mixture is fitted to, at most: the library's steps make a matrix for each row and component.
    public static final int FIT_ROWS = 3_000;
    /// Steps of the fit, at most; a mixture that would still gain a little by more is taken as it is.
    public static final int ITERATIONS = 100;

    private final PrincipalComponents axes;
    private final double[] variances;
    private final int rank;
    /// Components on the first `rank` coordinates: none for a Gaussian, which is a product along its principal axes.
    private final List<Pair<Double, MultivariateNormalDistribution>> components;

    private GaussianMixture(PrincipalComponents axes, int rank, List<Pair<Double, MultivariateNormalDistribution>> components) {
        this.axes = axes;
        this.variances = axes.variances();
        this.rank = rank;
        this.components = components;
    }

    /// The Gaussian with the mean and the full covariance of whole-number `rows`, `seed` giving u.
    public static GaussianMixture gaussian(float[][] rows, long seed) {
        return new GaussianMixture(PrincipalComponents.fit(spread(rows, seed)), 0, List.of());
    }

    /// A mixture of `most` Gaussians, or of as many as do not collapse, in the first `rank` principal coordinates.
    public static GaussianMixture mixture(float[][] rows, int most, int rank, long seed) {
        float[][] spread = spread(rows, seed);
        PrincipalComponents axes = PrincipalComponents.fit(spread);
        double[][] codes = Arrays.stream(spread, 0, Math.min(FIT_ROWS, spread.length)).parallel().map(r -> axes.project(r, rank)).toArray(double[][]::new);
        for (int k = Math.min(most, codes.length / (2 * rank)); k >= 2; k--) {
            try {
                return new GaussianMixture(axes, rank, fit(codes, k).getComponents());
            } catch (SingularMatrixException e) {
                continue; // a component lost its points: fewer components are tried, and told
            }
        }
        throw new IllegalArgumentException("no mixture fits " + rows.length + " rows in " + rank + " dimensions; give more rows or fewer dimensions");
    }

    private static MixtureMultivariateNormalDistribution fit(double[][] codes, int k) {
        var em = new MultivariateNormalMixtureExpectationMaximization(codes);
        try {
            em.fit(MultivariateNormalMixtureExpectationMaximization.estimate(codes, k), ITERATIONS, 1e-5);
        } catch (ConvergenceException e) {
            return em.getFittedModel(); // the steps ran out, and the library keeps what the last of them gave
        }
        return em.getFittedModel();
    }

    /// Components that were fitted.
    public int size() {
        return Math.max(1, components.size());
    }

    private static float[][] spread(float[][] rows, long seed) {
        Stream stream = new Stream(seed, Purpose.EVALUATION, NOISE_SITE);
        float[][] spread = new float[rows.length][rows[0].length];
        for (int r = 0; r < rows.length; r++) {
            Uniforms.fill(stream, 0, r, spread[r].length, spread[r], 0, 0, 1);
            for (int j = 0; j < spread[r].length; j++) {
                spread[r][j] += rows[r][j];
            }
        }
        return spread;
    }

    /// The mean of log p(x + u) over whole-number `rows`, in nats per example; `seed` must not be the one of the fit.
    public double logLikelihood(float[][] rows, long seed) {
        double[] densities = Arrays.stream(spread(rows, seed)).parallel().mapToDouble(this::logDensity).toArray();
        return Arrays.stream(densities).sum() / rows.length;
    }

    private double logDensity(float[] x) {
        double[] code = axes.project(x, variances.length);
        double sum = components.isEmpty() ? 0 : mixture(Arrays.copyOf(code, rank));
        for (int a = components.isEmpty() ? 0 : rank; a < code.length; a++) {
            sum -= 0.5 * (code[a] * code[a] / variances[a] + Math.log(2 * Math.PI * variances[a]));
        }
        return sum;
    }

    private double mixture(double[] code) {
        return Math.log(components.stream().mapToDouble(c -> c.getFirst() * c.getSecond().density(code)).sum());
    }

    /// `count` rows of the density, less the ½ that u adds on average.
    public float[][] sample(int count, long seed) {
        Stream normals = new Stream(seed, Purpose.PRIOR_SAMPLES, NORMAL_SITE);
        Stream choices = new Stream(seed, Purpose.PRIOR_SAMPLES, CHOICE_SITE);
        float[][] rows = new float[count][];
        float[] eps = new float[variances.length];
        float[] choice = new float[1];
        for (int r = 0; r < count; r++) {
            Normals.block(normals, 0, r, 1, eps.length, eps, 0);
            Uniforms.fill(choices, 0, r, 1, choice, 0, 0, 1);
            rows[r] = axes.restore(code(eps, choice[0]));
            for (int j = 0; j < rows[r].length; j++) {
                rows[r][j] -= 0.5f;
            }
        }
        return rows;
    }

    private double[] code(float[] eps, double choice) {
        double[] code = IntStream.range(0, eps.length).mapToDouble(a -> Math.sqrt(Math.max(0, variances[a])) * eps[a]).toArray();
        double left = choice;
        for (Pair<Double, MultivariateNormalDistribution> c : components) {
            left -= c.getFirst();
            if (left < 0 || c == components.getLast()) {
                var own = new EigenDecomposition(c.getSecond().getCovariances());
                double[] mean = c.getSecond().getMeans();
                for (int i = 0; i < rank; i++) {
                    code[i] = mean[i];
                    for (int a = 0; a < rank; a++) {
                        code[i] += own.getV().getEntry(i, a) * Math.sqrt(Math.max(0, own.getRealEigenvalue(a))) * eps[a];
                    }
                }
                return code;
            }
        }
        return code;
    }
}
