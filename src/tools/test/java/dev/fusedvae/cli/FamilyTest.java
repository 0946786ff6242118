package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.Split;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.RbmSpec;
import dev.fusedvae.train.RbmTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `compare` and `rbm` on the built-in digits: facts that hold whatever the seed.
class FamilyTest {

    @Test
    void compare_showsWhatTheLecturesSay(@TempDir Path out) {
        JsonNode root = Cli.run("compare", "--data", "digits", "--epochs", "25", "--hidden", "64", "--latent", "8", "--out", out.toString(),
                "--json", "--quiet", "--backend", "cpu").expect(Exit.OK).json();
        Map<String, JsonNode> models = new HashMap<>();
        root.path("models").forEach(m -> models.put(m.path("name").asText(), m));
        assertEquals(11, root.path("models").size());

        double pca = number(models, "PCA", "squaredError");
        double linear = number(models, "linear autoencoder", "squaredError");
        assertTrue(pca <= 1.005 * linear && linear < 1.5 * pca, "a linear autoencoder spans at best the principal plane: " + pca + " and " + linear);
        assertTrue(number(models, "deep autoencoder", "squaredError") < pca, "depth pays");
        assertTrue(number(models, "VAE, beta = 0", "kl") > 5 * number(models, "VAE", "kl"), "without the KL term the encoder cheats");
        assertTrue(number(models, "VAE, beta = 0", "elbo") < number(models, "VAE", "elbo") - 20);
        for (String name : List.of("VAE", "IWAE, k = 5")) {
            assertTrue(number(models, name, "elbo") < number(models, name, "logLikelihood"), "the ELBO is a lower bound: " + name);
        }
        for (String name : List.of("VAE", "IWAE, k = 5", "RBM")) {
            assertTrue(number(models, name, "logLikelihood") > number(models, "Gaussian", "logLikelihood"), "black and white is not Gaussian: " + name);
        }
        models.values().stream().filter(m -> !m.path("accuracy").isNull())
                .forEach(m -> assertTrue(m.path("accuracy").asDouble() > 0.5, "chance is one in ten: " + m));
        assertEquals(9, models.values().stream().filter(m -> !m.path("accuracy").isNull()).count());
        assertEquals(0, root.get("subsamples").size(), "1497 examples are few enough for every model");
        for (String file : List.of("compare.html", "compare.json", "samples.png", "reconstructions.png")) {
            assertTrue(Files.exists(out.resolve(file)), file);
        }
    }

    private static double number(Map<String, JsonNode> models, String name, String field) {
        String found = models.containsKey(name) ? name : models.keySet().stream().filter(n -> n.startsWith(name)).findFirst()
                .orElseThrow(() -> new AssertionError(name + " of " + models.keySet()));
        return models.get(found).path(field).asDouble(Double.NaN);
    }

    /// The RBM has only products that cuBLAS can run, so it takes part as the other models do.
    @Test
    @Tag("simt")
    void rbmOfCompare_takesVendorProductsAsTheOthersDo() {
        Contestant own = rbmOfCompare(Set.of());
        Contestant vendor = rbmOfCompare(Set.of(CudaChoice.Vendor.GEMM));
        assertEquals(own.logLikelihood().orElseThrow(), vendor.logLikelihood().orElseThrow(), 0.1);
        assertTrue(own.logLikelihood().orElseThrow() > -30, "it learned something: " + own.logLikelihood());
    }

    private static Contestant rbmOfCompare(Set<CudaChoice.Vendor> parts) {
        BackendChoice cuda = BackendChoice.of("cuda").withCuda(CudaChoice.DEFAULT.withVendor(parts));
        Split digits = Thresholded.of(Catalogue.load("digits", Optional.empty(), Map.of()));
        Comparison comparison = new Comparison(new Comparison.Setup(16, 2, 1, 128, 1, cuda, FusionLevel.EPILOGUE), digits);
        try {
            return comparison.models().getLast().apply(comparison);
        } catch (BackendUnavailableException e) {
            Assumptions.assumeFalse(e.getMessage().contains("the SIMT device needs"), "skipped: " + e.getMessage());
            throw e;
        }
    }

    @Test
    void rbm_trainsMeasuresAndDraws(@TempDir Path out) {
        String[] words = rbm(out);
        JsonNode root = Cli.run(words).expect(Exit.OK).json();
        double nll = root.path("test").path("nll").asDouble();
        assertTrue(nll > 10 && nll < 26, "better than independent units, and a likelihood: " + nll);
        assertTrue(root.path("test").path("nllStandardError").asDouble() > 0);
        assertEquals(nll, Cli.run(words).expect(Exit.OK).json().path("test").path("nll").asDouble(), 0.0, "the same seed twice");
        for (String file : List.of("model.safetensors", "training.json", "report.html", "samples.png", "reconstructions.png", "weights.png")) {
            assertTrue(Files.exists(out.resolve(file)), file);
        }
    }

    /// What Ctrl-C leaves after two of four epochs, by the trainer that the command runs.
    @Test
    void rbm_goesOnWhereItStopped(@TempDir Path folder) throws IOException {
        Path whole = folder.resolve("whole");
        Path stopped = folder.resolve("stopped");
        JsonNode expected = Cli.run(rbm(whole)).expect(Exit.OK).json();
        Split digits = Thresholded.of(Catalogue.load("digits", Optional.empty(), Map.of()));
        RbmSpec spec = new RbmSpec(digits.train().features(), 32, 1, true);
        try (Backend cpu = new CpuBackend(1)) {
            int[] done = {0};
            RbmRun.trainer(spec, RbmCommand.steps(4, 1, 20, 0.05, 0.5), digits).run(cpu, RunOptions.defaults().withOut(stopped), new RbmTrainer.Listener() {
                @Override
                public void epoch(RbmTrainer.Epoch epoch) {
                    done[0] = epoch.epoch();
                }

                @Override
                public boolean cancelled() {
                    return done[0] == 2;
                }
            });
        }
        assertTrue(Cli.run(rbm(stopped)).expect(Exit.DATA).err().contains("holds a training that did not end; go on with --resume"));
        List<String> resume = new ArrayList<>(List.of(rbm(stopped)));
        resume.add("--resume");
        JsonNode actual = Cli.run(resume.toArray(String[]::new)).expect(Exit.OK).json();
        assertEquals(expected.path("test"), actual.path("test"));
        assertEquals(4, actual.path("history").size());
        for (int e = 0; e < 4; e++) {
            assertEquals(expected.at("/history/" + e + "/reconstruction"), actual.at("/history/" + e + "/reconstruction"));
        }
        assertArrayEquals(Files.readAllBytes(whole.resolve("model.safetensors")), Files.readAllBytes(stopped.resolve("model.safetensors")));
        Cli.run(rbm(stopped)).expect(Exit.OK); // it ended, so it may be replaced
    }

    private static String[] rbm(Path out) {
        return new String[] {"rbm", "--data", "digits", "--hidden", "32", "--persistent", "--epochs", "4", "--chains", "20", "--temperatures", "100",
            "--sweeps", "50", "--out", out.toString(), "--json", "--quiet", "--backend", "cpu"};
    }

    @Test
    void boundOfIwae_isNeverCalledElbo(@TempDir Path out) throws IOException {
        String[] words = {"train", "--data", "digits", "--objective", "iwae", "--samples", "3", "--hidden", "8", "--latent", "2", "--epochs", "1",
            "--backend", "cpu", "--out", out.toString()};
        Cli.Ran ran = Cli.run(words).expect(Exit.OK);
        assertTrue(ran.err().contains(" (IWAE bound, k=3)  test -"), ran.err());
        List<String> lines = ran.out().lines().toList();
        assertTrue(lines.getFirst().startsWith("nats per example         ") && !lines.getFirst().contains("ELBO"), ran.out());
        assertTrue(lines.get(2).matches("train: IWAE bound, k=3 +-[0-9.]+ +– +–"), ran.out());
        assertTrue(lines.get(3).matches("test: ELBO +-[0-9.]+ +-[0-9.]+ +[0-9.]+"), ran.out());
        String card = Files.readString(out.resolve("README.md"));
        assertTrue(card.contains("| train, average over the epoch: IWAE bound, k=3 | -"), card);
        assertTrue(Files.readString(out.resolve("report.html")).contains("train, average over the epoch: IWAE bound, k=3"));
        JsonNode eval = Cli.run("eval", "--model", out.toString(), "--with-train", "--json", "--backend", "cpu").expect(Exit.OK).json();
        assertEquals("ELBO", eval.get("trainBound").asText(), "eval computes it");
        JsonNode json = Cli.run(Stream.concat(Stream.of(words), Stream.of("--json", "--quiet")).toArray(String[]::new)).expect(Exit.OK).json();
        assertEquals("IWAE bound, k=3", json.get("trainBound").asText());
    }

    @Test
    void badFlags_areRefusedInOneSentence(@TempDir Path out) {
        String folder = out.toString();
        assertTrue(Cli.run("rbm", "--data", "digits", "--cd", "0", "--out", folder).expect(Exit.USAGE).err().contains("Gibbs steps (cd) must be in 1..127, got 0"));
        assertTrue(Cli.run("rbm", "--data", "digits", "--chains", "1", "--out", folder).expect(Exit.USAGE).err().contains("--chains must be >= 2"));
        assertTrue(Cli.run("compare", "--data", "digits", "--latent", "65", "--out", folder).expect(Exit.USAGE).err().contains("--latent must be at most the 64"));
        assertTrue(Cli.run("rbm", "--data", "digits", "--resume", "--backend", "cpu", "--out", folder).expect(Exit.DATA).err()
                .contains("there is no checkpoint.safetensors"));
    }
}
