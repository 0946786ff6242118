package dev.fusedvae.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.run.MarginalLikelihood;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Initialization;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.Prior;
import dev.fusedvae.spec.VaeSpec;
import dev.fusedvae.train.Initializer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// log p(x) against closed forms and against a straight implementation that shares only noise and parameters.
class ImportanceSamplingTest {
    private static final int D = 6;
    private static final int L = 2;
    private static final int EXAMPLES = 9;
    private static final long SEED = 77;

    private static VaeSpec linear() {
        return new VaeSpec(D, List.of(), L, List.of(), Activation.IDENTITY, true, new Likelihood.Gaussian(0.5), new Objective.Vae(1, 0))
                .withPrior(Prior.of(0.3, 1.5));
    }

    private static Examples examples(boolean unit) {
        Random random = new Random(5);
        float[] values = new float[EXAMPLES * D];
        for (int i = 0; i < values.length; i++) {
            values[i] = unit ? random.nextFloat() : (float) random.nextGaussian();
        }
        return new Examples.Floats(values, D);
    }

    private static Parameters parameters(VaeSpec spec) {
        return Initializer.initial(spec, Initialization.UNIFORM, SEED);
    }

    private static MarginalLikelihood run(Backend backend, VaeSpec spec, int samples, int chunk, int batch) {
        return new ImportanceSampling(backend, spec, Binarization.NONE, parameters(spec), samples, chunk, batch)
                .evaluate(examples(spec.likelihood().unitInterval()), SEED, done -> { });
    }

    /// x ~ N(W m + b, W V Wᵀ + ½ I): the density of two-dimensional latents through a linear decoder, by determinant and
    /// inverse of a small matrix.
    private static double exact(double[] x, float[] w, float[] b) {
        double[][] cov = new double[D][D + 1];
        for (int i = 0; i < D; i++) {
            double mean = b[i];
            for (int j = 0; j < L; j++) {
                mean += 0.3 * w[i * L + j];
            }
            cov[i][D] = x[i] - mean;
            for (int k = 0; k < D; k++) {
                cov[i][k] = i == k ? 0.5 : 0;
                for (int j = 0; j < L; j++) {
                    cov[i][k] += 1.5 * w[i * L + j] * w[k * L + j];
                }
            }
        }
        // one elimination gives the determinant and, with the right-hand side carried along, dᵀ C⁻¹ d
        double log = 0;
        double quadratic = 0;
        for (int i = 0; i < D; i++) {
            log += Math.log(cov[i][i]);
            quadratic += cov[i][D] * cov[i][D] / cov[i][i];
            for (int r = i + 1; r < D; r++) {
                double factor = cov[r][i] / cov[i][i];
                for (int c = i; c <= D; c++) {
                    cov[r][c] -= factor * cov[i][c];
                }
            }
        }
        return -0.5 * (quadratic + log + D * Math.log(2 * Math.PI));
    }

    @Test
    void estimate_isTheClosedFormOfALinearModelWithinItsStandardError() {
        VaeSpec spec = linear();
        Parameters p = parameters(spec);
        Examples x = examples(false);
        try (CpuBackend backend = new CpuBackend(2)) {
            MarginalLikelihood estimate = run(backend, spec, 20_000, 100, 4);
            double exact = 0;
            for (int e = 0; e < EXAMPLES; e++) {
                double[] row = new double[D];
                for (int i = 0; i < D; i++) {
                    row[i] = x.value(e, i);
                }
                double one = exact(row, p.values("decoder.0.weight"), p.values("decoder.0.bias"));
                exact += one / EXAMPLES;
                assertEquals(one, estimate.logLikelihoods()[e], 4.5 * estimate.errors()[e] + 1e-5, "example " + e);
            }
            assertTrue(estimate.standardError() > 0 && estimate.standardError() < 0.02, "standard error " + estimate.standardError());
            assertEquals(exact, estimate.mean(), 4 * estimate.standardError());
            assertTrue(estimate.dataStandardError() > 0);
        }
    }

    /// The same numbers written down once more, with arrays and loops and nothing of the engine's.
    private static double[] straight(VaeSpec spec, int samples) {
        Parameters p = parameters(spec);
        Examples x = examples(spec.likelihood().unitInterval());
        Stream noise = new Stream(SEED, Purpose.EVALUATION, 0);
        double[] all = new double[EXAMPLES];
        for (int e = 0; e < EXAMPLES; e++) {
            double[] row = new double[D];
            for (int i = 0; i < D; i++) {
                row[i] = x.value(e, i);
            }
            double[] hidden = layer(p, "encoder.0", row, true);
            double[] heads = layer(p, "heads", hidden, false);
            List<Double> logs = new ArrayList<>();
            for (int s = 0; s < samples; s++) {
                double[] z = new double[L];
                double log = 0;
                for (int j = 0; j < L; j++) {
                    double eps = Normals.at(noise, 0, (long) e * samples + s, j);
                    z[j] = heads[j] + Math.exp(heads[L + j] / 2) * eps;
                    log += 0.5 * (eps * eps + heads[L + j] - z[j] * z[j]);
                }
                double[] logits = layer(p, "decoder.2", layer(p, "decoder.0", z, true), false);
                for (int i = 0; i < D; i++) {
                    log += row[i] * logits[i] - Math.log1p(Math.exp(logits[i]));
                }
                logs.add(log);
            }
            double most = logs.stream().mapToDouble(l -> l).max().orElseThrow();
            all[e] = most + Math.log(logs.stream().mapToDouble(l -> Math.exp(l - most)).sum() / samples);
        }
        return all;
    }

    private static double[] layer(Parameters p, String name, double[] in, boolean tanh) {
        float[] w = p.values(name + ".weight");
        float[] b = p.values(name + ".bias");
        double[] out = new double[b.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = b[i];
            for (int j = 0; j < in.length; j++) {
                out[i] += w[i * in.length + j] * in[j];
            }
            out[i] = tanh ? Math.tanh(out[i]) : out[i];
        }
        return out;
    }

    @Test
    void estimate_isThatOfAStraightImplementation_onEveryBackendAndForAnyChunkAndBatch() {
        VaeSpec spec = VaeSpec.of(D, List.of(5), L).withActivation(Activation.TANH).withObjective(new Objective.Iwae(3, true));
        double[] expected = straight(spec, 60);
        try (CpuBackend one = new CpuBackend(1); CpuBackend two = new CpuBackend(2); ReferenceBackend reference = new ReferenceBackend()) {
            Map<String, MarginalLikelihood> results = Map.of(
                    "reference", run(reference, spec, 60, 12, 4),
                    "cpu, one chunk", run(one, spec, 60, 60, 9),
                    "cpu, 2 threads", run(two, spec, 60, 6, 4),
                    "cpu, single samples", run(two, spec, 60, 1, 5),
                    "cpu, odd chunks", run(two, spec, 60, 5, 1));
            results.forEach((name, result) -> assertArrayEquals(expected, result.logLikelihoods(), 1e-5, name));
            assertArrayEquals(run(one, spec, 60, 12, 4).logLikelihoods(), run(two, spec, 60, 12, 4).logLikelihoods(), "threads do not show in the bits");
            assertArrayEquals(results.get("reference").errors(), results.get("cpu, odd chunks").errors(), 1e-5);
        }
    }

    /// The errors are what runs with other seeds differ by, where no weight outweighs the rest: q is a little wider than the
    /// prior, so weights are bounded.
    @Test
    void standardError_isTheSpreadOverSeeds() {
        VaeSpec spec = linear();
        Map<String, float[]> values = new LinkedHashMap<>();
        Parameters initial = parameters(spec);
        initial.names().forEach(name -> values.put(name, initial.values(name)));
        values.put("heads.weight", new float[2 * L * D]);
        values.put("heads.bias", new float[] {0.3f, 0.3f, 0.5f, 0.5f});
        int seeds = 200;
        double sum = 0;
        double squares = 0;
        double claimed = 0;
        try (CpuBackend backend = new CpuBackend(1)) {
            ImportanceSampling sampling = new ImportanceSampling(backend, spec, Binarization.NONE, new Parameters(values), 400);
            for (int seed = 0; seed < seeds; seed++) {
                MarginalLikelihood m = sampling.evaluate(examples(false), seed, done -> { });
                sum += m.mean();
                squares += m.mean() * m.mean();
                claimed += m.standardError() / seeds;
            }
        }
        double spread = Math.sqrt(squares / seeds - sum / seeds * (sum / seeds));
        assertEquals(1, claimed / spread, 0.25, "claimed " + claimed + ", spread " + spread);
    }

    @Test
    void autoencoders_haveNoLikelihoodOfThisKind() {
        VaeSpec spec = VaeSpec.of(D, List.of(), L).withObjective(new Objective.Autoencoder());
        try (CpuBackend backend = new CpuBackend(1)) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> new ImportanceSampling(backend, spec, Binarization.NONE, parameters(spec), 10)).getMessage();
            assertTrue(message.contains("needs a random z"), message);
        }
    }
}
