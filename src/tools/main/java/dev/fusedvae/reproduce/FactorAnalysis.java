package dev.fusedvae.reproduce;

import java.util.Arrays;

/// Factor analysis x ~ N(0, ΛΛᵀ + Ψ), Ψ diagonal, fitted to a covariance matrix by EM: Rubin & Thayer 1982.
///
/// EM starts from PCA. A variance may run to zero (Heywood's case), where it is held at exp(−30), the engine's own limit.
final class FactorAnalysis {
    private static final double LEAST_VARIANCE = Math.exp(-30);
    private static final double STILL_NATS = 1e-9;

    private final Covariance s;
    private final int m;
    private final double[][] loadings;
    private final double[] noise;
    private double logLikelihood;

    private FactorAnalysis(Covariance s, int factors) {
        this.s = s;
        m = factors;
        loadings = new double[s.size()][m];
        noise = new double[s.size()];
        double rest = s.noise(m);
        for (int i = 0; i < s.size(); i++) {
            double explained = 0;
            for (int k = 0; k < m; k++) {
                loadings[i][k] = s.direction(k, i) * Math.sqrt(Math.max(0, s.variance(k) - rest));
                explained += loadings[i][k] * loadings[i][k];
            }
            noise[i] = Math.max(0.01 * s.at(i, i), s.at(i, i) - explained);
        }
    }

    /// The log-likelihood that EM reaches when an iteration gains less than 1e-9 nats, or after `iterations`; nats per example.
    static double logLikelihood(Covariance s, int factors, int iterations) {
        FactorAnalysis fit = new FactorAnalysis(s, factors);
        double before = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < iterations; i++) {
            fit.step();
            if (fit.logLikelihood - before < STILL_NATS) {
                break;
            }
            before = fit.logLikelihood;
        }
        return fit.logLikelihood;
    }

    /// One iteration; leaves the log-likelihood of the parameters it started from.
    ///
    /// With G = (I + ΛᵀΨ⁻¹Λ)⁻¹ and B = GΛᵀΨ⁻¹: E z zᵀ = G + BSBᵀ, Λ ← SBᵀ(E z zᵀ)⁻¹, Ψ ← diag(S − ΛBS).
    private void step() {
        int d = s.size();
        double[][] precision = new double[m][m];
        for (int k = 0; k < m; k++) {
            for (int l = 0; l < m; l++) {
                precision[k][l] = k == l ? 1 : 0;
                for (int i = 0; i < d; i++) {
                    precision[k][l] += loadings[i][k] * loadings[i][l] / noise[i];
                }
            }
        }
        double[][] g = new double[m][m];
        double logDeterminant = invert(precision, g);
        double[][] sb = new double[d][m]; // S Bᵀ
        double[][] b = new double[m][d];
        for (int k = 0; k < m; k++) {
            for (int i = 0; i < d; i++) {
                for (int l = 0; l < m; l++) {
                    b[k][i] += g[k][l] * loadings[i][l] / noise[i];
                }
            }
        }
        for (int i = 0; i < d; i++) {
            for (int k = 0; k < m; k++) {
                for (int j = 0; j < d; j++) {
                    sb[i][k] += s.at(i, j) * b[k][j];
                }
            }
        }
        logLikelihood = likelihood(logDeterminant, sb);
        update(g, b, sb);
    }

    /// −½(D log 2π + log|C| + tr C⁻¹S), C⁻¹S = Ψ⁻¹(S − ΛBS), |C| = |Ψ|·|I + ΛᵀΨ⁻¹Λ|.
    private double likelihood(double logDeterminant, double[][] sb) {
        double sum = s.size() * Math.log(2 * Math.PI) + logDeterminant;
        for (int i = 0; i < s.size(); i++) {
            double left = s.at(i, i);
            for (int k = 0; k < m; k++) {
                left -= loadings[i][k] * sb[i][k];
            }
            sum += Math.log(noise[i]) + left / noise[i];
        }
        return -0.5 * sum;
    }

    private void update(double[][] g, double[][] b, double[][] sb) {
        double[][] zz = new double[m][m];
        for (int k = 0; k < m; k++) {
            for (int l = 0; l < m; l++) {
                zz[k][l] = g[k][l];
                for (int i = 0; i < s.size(); i++) {
                    zz[k][l] += b[k][i] * sb[i][l];
                }
            }
        }
        double[][] inverse = new double[m][m];
        invert(zz, inverse);
        for (int i = 0; i < s.size(); i++) {
            double left = s.at(i, i);
            for (int k = 0; k < m; k++) {
                double sum = 0;
                for (int l = 0; l < m; l++) {
                    sum += sb[i][l] * inverse[l][k];
                }
                loadings[i][k] = sum;
                left -= sum * sb[i][k];
            }
            noise[i] = Math.max(LEAST_VARIANCE, left);
        }
    }

    /// Inverts the positive definite `a`, which is destroyed, by Gauss and Jordan; returns log|a|.
    private static double invert(double[][] a, double[][] inverse) {
        int n = a.length;
        for (int i = 0; i < n; i++) {
            Arrays.fill(inverse[i], 0);
            inverse[i][i] = 1;
        }
        double logDeterminant = 0;
        for (int p = 0; p < n; p++) {
            double pivot = a[p][p];
            logDeterminant += Math.log(pivot);
            for (int j = 0; j < n; j++) {
                a[p][j] /= pivot;
                inverse[p][j] /= pivot;
            }
            for (int i = 0; i < n; i++) {
                double factor = a[i][p];
                for (int j = 0; i != p && j < n; j++) {
                    a[i][j] -= factor * a[p][j];
                    inverse[i][j] -= factor * inverse[p][j];
                }
            }
        }
        return logDeterminant;
    }
}
