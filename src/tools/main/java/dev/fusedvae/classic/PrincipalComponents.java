package dev.fusedvae.classic;

import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;

/// Mean, covariance and principal axes of rows; the eigenvectors are a library's.
public final class PrincipalComponents {
    /// Rows centred at a time: 784 doubles of each fill half a second-level cache.
    private static final int BLOCK = 96;

    private final double[] mean;
    private final double[] variances;
    /// Axis by axis, the one of largest variance first.
    private final double[][] axes;

    private PrincipalComponents(double[] mean, double[] variances, double[][] axes) {
        this.mean = mean;
        this.variances = variances;
        this.axes = axes;
    }

    /// Fits all axes to `rows`, with 1/n in the covariance.
    public static PrincipalComponents fit(float[][] rows) {
        int d = rows[0].length;
        double[] mean = new double[d];
        for (float[] row : rows) {
            for (int j = 0; j < d; j++) {
                mean[j] += row[j] / (double) rows.length;
            }
        }
        double[][] covariance = covariance(rows, mean);
        EigenDecomposition eigen = new EigenDecomposition(new Array2DRowRealMatrix(covariance, false));
        double[][] axes = IntStream.range(0, d).mapToObj(a -> eigen.getEigenvector(a).toArray()).toArray(double[][]::new);
        return new PrincipalComponents(mean, eigen.getRealEigenvalues(), axes);
    }

    /// Rows are centred in double a block at a time, which then stays in the cache while every row of the matrix adds it: with
    /// all rows for one row of the matrix, 60000 x 784 floats came from memory 784 times, at three times the time of the fit.
    private static double[][] covariance(float[][] rows, double[] mean) {
        int d = mean.length;
        double[][] c = new double[d][d];
        double[][] block = new double[Math.min(BLOCK, rows.length)][d];
        for (int first = 0; first < rows.length; first += BLOCK) {
            int count = Math.min(BLOCK, rows.length - first);
            for (int r = 0; r < count; r++) {
                for (int j = 0; j < d; j++) {
                    block[r][j] = rows[first + r][j] - mean[j];
                }
            }
            IntStream.range(0, d).parallel().forEach(i -> add(c[i], i, block, count));
        }
        for (int i = 0; i < d; i++) {
            for (int j = 0; j <= i; j++) {
                c[i][j] /= rows.length;
                c[j][i] = c[i][j];
            }
        }
        return c;
    }

    /// Row i of Σ x xᵀ up to the diagonal, in the order of the rows.
    private static void add(double[] to, int i, double[][] block, int count) {
        for (int r = 0; r < count; r++) {
            double[] row = block[r];
            double x = row[i];
            for (int j = 0; j <= i; j++) {
                to[j] += x * row[j];
            }
        }
    }

    /// The variance along each axis, largest first.
    public double[] variances() {
        return variances.clone();
    }

    /// Coordinates of `row` on the first `count` axes.
    public double[] project(float[] row, int count) {
        double[] code = new double[count];
        for (int a = 0; a < count; a++) {
            for (int j = 0; j < row.length; j++) {
                code[a] += axes[a][j] * (row[j] - mean[j]);
            }
        }
        return code;
    }

    /// The row with these coordinates on the first axes and none on the others.
    public float[] restore(double[] code) {
        double[] row = mean.clone();
        for (int a = 0; a < code.length; a++) {
            for (int j = 0; j < row.length; j++) {
                row[j] += code[a] * axes[a][j];
            }
        }
        float[] narrow = new float[row.length];
        for (int j = 0; j < narrow.length; j++) {
            narrow[j] = (float) row[j];
        }
        return narrow;
    }
}
