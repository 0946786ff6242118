package dev.fusedvae.reproduce;

import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import java.util.Arrays;

/// The covariance matrix of normalised data (1/n), and its eigenvalues: what linear models are judged by.
final class Covariance {
    private static final double LOG_2PI = Math.log(2 * Math.PI);
    private static final int SWEEPS = 50;

    private final double[][] matrix;
    private final double[] variances;
    private final double[][] directions;

    /// Of a symmetric matrix that is given.
    Covariance(double[][] matrix) {
        this.matrix = matrix;
        double[][] a = Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
        double[][] v = identity(a.length);
        diagonalise(a, v);
        Integer[] order = new Integer[a.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (i, j) -> Double.compare(a[j][j], a[i][i]));
        variances = Arrays.stream(order).mapToDouble(i -> a[i][i]).toArray();
        directions = new double[a.length][a.length];
        for (int k = 0; k < a.length; k++) {
            for (int i = 0; i < a.length; i++) {
                directions[k][i] = v[i][order[k]];
            }
        }
    }

    static Covariance of(DataSet data, Normalization normalization) {
        int d = data.features();
        double[] mean = new double[d];
        double[][] sum = new double[d][d];
        float[] row = new float[d];
        for (int i = 0; i < data.size(); i++) {
            normalization.row(data, i, row, 0);
            for (int j = 0; j < d; j++) {
                mean[j] += row[j] / data.size();
                for (int k = 0; k <= j; k++) {
                    sum[j][k] += (double) row[j] * row[k] / data.size();
                }
            }
        }
        for (int j = 0; j < d; j++) {
            for (int k = 0; k <= j; k++) {
                sum[j][k] -= mean[j] * mean[k];
                sum[k][j] = sum[j][k];
            }
        }
        return new Covariance(sum);
    }

    int size() {
        return matrix.length;
    }

    double at(int i, int j) {
        return matrix[i][j];
    }

    /// The k-th largest eigenvalue, from 0 on.
    double variance(int k) {
        return variances[k];
    }

    /// Coordinate `i` of the k-th eigenvector, which has length 1.
    double direction(int k, int i) {
        return directions[k][i];
    }

    /// Mean squared error per example of PCA of that rank: the variances that are left out.
    double pcaError(int rank) {
        return Arrays.stream(variances, rank, size()).sum();
    }

    /// σ² of probabilistic PCA: the mean of the variances left out. Tipping & Bishop 1999, eq. 8.
    double noise(int rank) {
        return pcaError(rank) / (size() - rank);
    }

    /// The maximum of the log-likelihood of probabilistic PCA, nats per example: Tipping & Bishop 1999, eq. 4 at its optimum.
    double ppcaLogLikelihood(int rank) {
        double logDeterminant = (size() - rank) * Math.log(noise(rank));
        for (int k = 0; k < rank; k++) {
            logDeterminant += Math.log(variances[k]);
        }
        return -0.5 * (size() * LOG_2PI + logDeterminant + size());
    }

    private static double[][] identity(int n) {
        double[][] v = new double[n][n];
        for (int i = 0; i < n; i++) {
            v[i][i] = 1;
        }
        return v;
    }

    /// Jacobi's method, cyclic: plane rotations until nothing is left off the diagonal of `a`; `v` collects them.
    private static void diagonalise(double[][] a, double[][] v) {
        double trace = 0;
        for (int i = 0; i < a.length; i++) {
            trace += Math.abs(a[i][i]);
        }
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            double off = 0;
            for (int p = 0; p < a.length; p++) {
                for (int q = p + 1; q < a.length; q++) {
                    off += Math.abs(a[p][q]);
                    rotate(a, v, p, q);
                }
            }
            if (off <= 1e-15 * trace) {
                return;
            }
        }
        throw new IllegalStateException("Jacobi's method has not converged after " + SWEEPS + " sweeps: the matrix holds NaN");
    }

    private static void rotate(double[][] a, double[][] v, int p, int q) {
        if (a[p][q] == 0) {
            return;
        }
        double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double c = 1 / Math.sqrt(t * t + 1);
        double s = t * c;
        for (int k = 0; k < a.length; k++) {
            double kp = a[k][p];
            a[k][p] = c * kp - s * a[k][q];
            a[k][q] = s * kp + c * a[k][q];
        }
        for (int k = 0; k < a.length; k++) {
            double pk = a[p][k];
            a[p][k] = c * pk - s * a[q][k];
            a[q][k] = s * pk + c * a[q][k];
            double kp = v[k][p];
            v[k][p] = c * kp - s * v[k][q];
            v[k][q] = s * kp + c * v[k][q];
        }
    }
}
