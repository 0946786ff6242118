package dev.fusedvae.classic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The densities, axes and neighbours that models are compared with.
class ClassicsTest {
    private static final int N = 4000;

    /// Two far clusters of whole numbers: (0, 0, ·) and (20, 20, ·), the third coordinate a fair coin.
    private static float[][] clusters(long seed) {
        Random random = new Random(seed);
        float[][] rows = new float[N][3];
        for (int i = 0; i < N; i++) {
            int centre = 20 * (i % 2);
            rows[i][0] = Math.round(centre + 2 * random.nextGaussian());
            rows[i][1] = Math.round(centre + 2 * random.nextGaussian());
            rows[i][2] = random.nextInt(2);
        }
        return rows;
    }

    /// −½ log((2πe)^d |Σ|) of the fitted covariance, which is what a Gaussian gives its own data on average.
    @Test
    void gaussian_givesItsDataMinusItsEntropy() {
        Random random = new Random(2);
        float[][] rows = new float[N][2];
        for (float[] row : rows) {
            row[0] = Math.round(10 * random.nextGaussian());
            row[1] = Math.round(5 * random.nextGaussian());
        }
        double expected = -0.5 * (2 * (Math.log(2 * Math.PI) + 1) + Math.log(100) + Math.log(25));
        assertEquals(expected, GaussianMixture.gaussian(rows, 1).logLikelihood(rows, 2), 0.06);
    }

    @Test
    void mixture_findsClusters_thatOneGaussianMisses() {
        double one = GaussianMixture.gaussian(clusters(1), 1).logLikelihood(clusters(2), 3);
        GaussianMixture two = GaussianMixture.mixture(clusters(1), 2, 2, 1);
        double mixture = two.logLikelihood(clusters(2), 3);
        // a coin costs log 2 and is blurred by u; two bells of deviation 2 and a choice between them
        double best = -(Math.log(2 * Math.PI) + 1 + 2 * Math.log(2)) - Math.log(2) - Math.log(2);
        assertEquals(2, two.size());
        assertTrue(mixture > one + 0.8, mixture + " against " + one);
        assertTrue(mixture <= best + 0.05 && mixture > best - 0.4, mixture + " of at most " + best);
    }

    @Test
    void samples_lieWhereTheDataDoes() {
        float[][] drawn = GaussianMixture.mixture(clusters(1), 2, 2, 1).sample(2000, 5);
        double near = Arrays.stream(drawn).filter(r -> Math.hypot(r[0], r[1]) < 10 || Math.hypot(r[0] - 20, r[1] - 20) < 10).count();
        double high = Arrays.stream(drawn).filter(r -> r[0] > 10).count();
        assertTrue(near > 0.98 * drawn.length, near + " near");
        assertEquals(0.5 * drawn.length, high, 3 * Math.sqrt(0.25 * drawn.length));
    }

    @Test
    void principalAxes_restoreWhatTheyProject() {
        float[][] rows = clusters(3);
        PrincipalComponents axes = PrincipalComponents.fit(rows);
        double[] variances = axes.variances();
        assertTrue(variances[0] > 100 && variances[0] > variances[1] && variances[1] > variances[2] && variances[2] > 0.2, Arrays.toString(variances));
        double lost = 0;
        for (float[] row : rows) {
            float[] whole = axes.restore(axes.project(row, 3));
            float[] part = axes.restore(axes.project(row, 2));
            for (int j = 0; j < 3; j++) {
                assertEquals(row[j], whole[j], 1e-4);
                lost += Math.pow(row[j] - part[j], 2) / rows.length;
            }
        }
        assertEquals(variances[2], lost, 1e-4);
    }

    @Test
    void neighbours_vote_andTiesGoToTheSmallerLabel() {
        float[][] train = {{0}, {1}, {2}, {3}, {4}, {100}, {101}, {102}, {103}, {104}};
        int[] labels = {7, 7, 7, 1, 1, 2, 2, 3, 3, 9};
        assertEquals(1.0, Neighbours.accuracy(train, labels, new float[][] {{2}, {102}}, new int[] {7, 2}));
        assertEquals(0.5, Neighbours.accuracy(train, labels, new float[][] {{2}, {102}}, new int[] {7, 3}));
        assertThrows(IllegalArgumentException.class, () -> Neighbours.accuracy(new float[][] {{1}}, new int[] {1}, train, labels));
    }
}
