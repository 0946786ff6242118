package dev.fusedvae.run;

import java.util.Arrays;

/// log p(x) of every example, estimated by importance sampling, in nats: log 1/k Σ w, w = p(x|z) p(z) / q(z|x), z ~ q(z|x).
///
/// The mean of the estimate is a lower bound of log p(x), and it rises with k (Burda et al. 2016).
///
/// @param samples        k
/// @param logLikelihoods the estimate for each example
/// @param errors         the standard error of each estimate over draws of its samples, by the delta method:
///                       √((1/n_eff − 1/k)·k/(k−1)) with n_eff = (Σw)² / Σw²; 0 for k = 1, where it cannot be estimated
@SuppressWarnings("ArrayRecordComponent")
public record MarginalLikelihood(int samples, double[] logLikelihoods, double[] errors) {

    /// The mean over the examples: a log-likelihood, so a negative number where x is discrete.
    public double mean() {
        return Arrays.stream(logLikelihoods).average().orElseThrow();
    }

    /// The negative log-likelihood that tables print.
    public double nll() {
        return -mean();
    }

    /// The standard error of [#mean] over draws of the samples, for these examples: the spread between runs of different seeds.
    public double standardError() {
        return Math.sqrt(Arrays.stream(errors).map(e -> e * e).sum()) / errors.length;
    }

    /// The standard error of [#mean] over draws of the examples, from the spread of their log-likelihoods.
    public double dataStandardError() {
        double mean = mean();
        double squares = Arrays.stream(logLikelihoods).map(l -> (l - mean) * (l - mean)).sum();
        int n = logLikelihoods.length;
        return n < 2 ? 0 : Math.sqrt(squares / (n - 1) / n);
    }
}
