package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    @Test
    void rbm_trainsMeasuresAndDraws(@TempDir Path out) {
        String[] words = {"rbm", "--data", "digits", "--hidden", "32", "--persistent", "--epochs", "4", "--chains", "20", "--temperatures", "100",
            "--sweeps", "50", "--out", out.toString(), "--json", "--quiet", "--backend", "cpu"};
        JsonNode root = Cli.run(words).expect(Exit.OK).json();
        double nll = root.path("test").path("nll").asDouble();
        assertTrue(nll > 10 && nll < 26, "better than independent units, and a likelihood: " + nll);
        assertTrue(root.path("test").path("nllStandardError").asDouble() > 0);
        assertEquals(nll, Cli.run(words).expect(Exit.OK).json().path("test").path("nll").asDouble(), 0.0, "the same seed twice");
        for (String file : List.of("model.safetensors", "training.json", "report.html", "samples.png", "reconstructions.png", "weights.png")) {
            assertTrue(Files.exists(out.resolve(file)), file);
        }
    }

    @Test
    void badFlags_areRefusedInOneSentence(@TempDir Path out) {
        String folder = out.toString();
        assertTrue(Cli.run("rbm", "--data", "digits", "--cd", "0", "--out", folder).expect(Exit.USAGE).err().contains("Gibbs steps (cd) must be in 1..127, got 0"));
        assertTrue(Cli.run("rbm", "--data", "digits", "--chains", "1", "--out", folder).expect(Exit.USAGE).err().contains("--chains must be >= 2"));
        assertTrue(Cli.run("compare", "--data", "digits", "--latent", "65", "--out", folder).expect(Exit.USAGE).err().contains("--latent must be at most the 64"));
        assertTrue(Cli.run("rbm", "--data", "digits", "--resume", "--out", folder).expect(Exit.USAGE).err().contains("--resume"));
    }
}
