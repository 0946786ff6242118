package dev.fusedvae.reproduce;

import dev.fusedvae.data.DataSet;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;

/// The law of x = z/10 + z/‖z‖ for z ~ N(0, I) in the plane: Doersch 2016, "Tutorial on variational autoencoders", figure 2.
///
/// ‖z‖ has Rayleigh's law, so the radius r = 1 + ‖z‖/10 has P(r ≤ t) = 1 − exp(−½(10(t−1))²) from 1 on, and every direction
/// is as likely as every other.
public final class Ring {
    static final long TRAIN_SEED = 101;
    static final long TEST_SEED = 102;
    /// Cells of equal probability that histograms have.
    static final int RADII = 20;
    static final int DIRECTIONS = 16;

    private Ring() {}

    /// `count` points of the ring.
    public static float[][] points(long seed, int count) {
        Stream stream = new Stream(seed, Purpose.PRIOR_SAMPLES, 0);
        float[][] points = new float[count][2];
        for (int i = 0; i < count; i++) {
            float a = Normals.at(stream, 0, i, 0);
            float b = Normals.at(stream, 0, i, 1);
            double scale = 0.1 + 1 / Math.hypot(a, b);
            points[i][0] = (float) (scale * a);
            points[i][1] = (float) (scale * b);
        }
        return points;
    }

    /// Rows (z, x): what a decoder that shall map z to x is regressed on.
    ///
    /// A VAE of bare points does not learn this map: the posterior of z given x is an ellipse, ten times as long along the
    /// radius as across, that turns with the ring, and a diagonal q(z|x) pays 1.6 nats for one that stands at 45 degrees.
    static DataSet pairs(long seed, int count) {
        float[][] x = points(seed, count);
        Stream stream = new Stream(seed, Purpose.PRIOR_SAMPLES, 0);
        float[][] rows = new float[count][];
        for (int i = 0; i < count; i++) {
            rows[i] = new float[] {Normals.at(stream, 0, i, 0), Normals.at(stream, 0, i, 1), x[i][0], x[i][1]};
        }
        return DataSet.of(rows).withName("ring");
    }

    /// The points of decoded rows (z, x).
    public static float[][] points(float[][] rows) {
        float[][] points = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            points[i] = new float[] {rows[i][2], rows[i][3]};
        }
        return points;
    }

    /// P(radius ≤ r).
    static double below(double r) {
        double norm = 10 * Math.max(0, r - 1);
        return -Math.expm1(-0.5 * norm * norm);
    }

    /// Total variation between the radii of `points` and their law, over 20 cells of equal probability: half the summed
    /// differences of the shares. Points inside the unit circle, where the law has none, are in the first cell.
    static double radii(float[][] points) {
        int[] cells = new int[RADII];
        for (float[] p : points) {
            cells[Math.min(RADII - 1, (int) (RADII * below(Math.hypot(p[0], p[1]))))]++;
        }
        return variation(cells, points.length);
    }

    /// Total variation between the directions of `points` and the uniform law, over 16 sectors: a piece of the ring has the
    /// radii of the whole.
    static double directions(float[][] points) {
        int[] cells = new int[DIRECTIONS];
        for (float[] p : points) {
            double turn = Math.atan2(p[1], p[0]) / (2 * Math.PI) + 0.5;
            cells[Math.min(DIRECTIONS - 1, (int) (DIRECTIONS * turn))]++;
        }
        return variation(cells, points.length);
    }

    private static double variation(int[] cells, int count) {
        double sum = 0;
        for (int cell : cells) {
            sum += Math.abs((double) cell / count - 1.0 / cells.length);
        }
        return sum / 2;
    }
}
