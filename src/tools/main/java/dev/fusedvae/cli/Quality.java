package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.Codes;
import dev.fusedvae.Vae;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.eval.AggregatedPosterior;
import dev.fusedvae.results.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// What an evaluation gives beside the ELBO and its terms.
///
/// @param squaredError   mean over examples of ‖x − E p(x|z = μ)‖², x normalised
/// @param deviation      standard deviation of a decoded feature over draws of z from q(z|x), averaged over features and
///                       examples: how sure the model is of a reconstruction; empty where z is not random
/// @param posterior      the aggregated posterior beside the prior; empty likewise
record Quality(double squaredError, Optional<Double> deviation, Optional<AggregatedPosterior> posterior) {
    private static final int DRAWS = 16;
    private static final int DRAWN_EXAMPLES = 1000;

    static Quality of(Vae vae, DataSet data) {
        Codes codes = vae.encode(data);
        if (!vae.spec().objective().variational()) {
            return new Quality(squaredError(vae, data, codes.mu()), Optional.empty(), Optional.empty());
        }
        long seed = vae.trainSpec().seed();
        DataSet some = data.slice(0, Math.min(DRAWN_EXAMPLES, data.size()));
        return new Quality(squaredError(vae, data, codes.mu()), Optional.of(deviation(vae, vae.encode(some), seed)),
                Optional.of(AggregatedPosterior.of(codes.mu(), codes.logVar(), vae.spec().prior(), seed)));
    }

    private static double squaredError(Vae vae, DataSet data, float[][] mu) {
        float[][] decoded = vae.decode(mu);
        float[] x = new float[data.features()];
        double sum = 0;
        for (int i = 0; i < decoded.length; i++) {
            vae.normalization().row(data, i, x, 0);
            for (int j = 0; j < x.length; j++) {
                double difference = (double) x[j] - decoded[i][j];
                sum += difference * difference;
            }
        }
        return sum / decoded.length;
    }

    private static double deviation(Vae vae, Codes codes, long seed) {
        int features = vae.spec().features();
        double[] sum = new double[codes.mu().length * features];
        double[] squares = new double[sum.length];
        for (int s = 0; s < DRAWS; s++) {
            float[][] decoded = vae.decode(codes.draw(seed, s, DRAWS));
            for (int k = 0; k < sum.length; k++) {
                double v = decoded[k / features][k % features];
                sum[k] += v;
                squares[k] += v * v;
            }
        }
        double deviations = 0;
        for (int k = 0; k < sum.length; k++) {
            double mean = sum[k] / DRAWS;
            deviations += Math.sqrt(Math.max(0, squares[k] / DRAWS - mean * mean) * DRAWS / (DRAWS - 1));
        }
        return deviations / sum.length;
    }

    /// The warning of posterior collapse, where latents say nothing about x.
    Optional<String> collapse() {
        return posterior.map(AggregatedPosterior::inactive).filter(latents -> !latents.isEmpty()).map(latents -> {
            int all = posterior.get().muVariances().size();
            return "posterior collapse: %d of %d latents ignore x, their mean varies by 0.01 or less over the data (%s);%s".formatted(
                    latents.size(), all, latents.stream().map(Object::toString).collect(Collectors.joining(", ")),
                    latents.size() == all ? " the decoder learned to do without: try --warmup-epochs, --free-bits or a smaller --beta"
                            : " the model needs no more, or try --warmup-epochs or --free-bits");
        });
    }

    /// Adds fields to the `test` object of the JSON contract.
    void put(ObjectNode test) {
        test.put("squaredError", squaredError);
        deviation.ifPresentOrElse(d -> test.put("reconstructionDeviation", d), () -> test.putNull("reconstructionDeviation"));
        posterior.ifPresentOrElse(p -> test.set("aggregatedPosterior", Json.tree(p)), () -> test.putNull("aggregatedPosterior"));
        collapse().ifPresentOrElse(c -> test.put("posteriorCollapse", c), () -> test.putNull("posteriorCollapse"));
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(text("reconstruction error: squared %.3f per example", squaredError)
                + deviation.map(d -> text("; uncertainty of a feature over draws of z: %.4f", d)).orElse(""));
        posterior.ifPresent(p -> lines.add(text("aggregated posterior (prior: 0, 1, 0): means %.3f … %.3f, variances %.3f … %.3f, largest correlation %.3f",
                least(p.means()), most(p.means()), least(p.variances()), most(p.variances()), p.largestCorrelation())
                + text("; MMD² to the prior %.2e (under the prior: 0 ± %.1e)", p.mmd(), p.mmdError())));
        return lines;
    }

    private static double least(List<Double> values) {
        return values.stream().mapToDouble(v -> v).min().orElseThrow();
    }

    private static double most(List<Double> values) {
        return values.stream().mapToDouble(v -> v).max().orElseThrow();
    }

    private static String text(String format, Object... args) {
        return String.format(Locale.ROOT, format, args);
    }
}
