package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fusedvae.data.DataFiles;
import dev.fusedvae.spec.Prior;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Scores, figures and the pictures of lectures, from the command line.
class FiguresTest {
    @TempDir
    static Path dir;

    @BeforeAll
    static void train() {
        Cli.run("train", "--data", "digits", "--epochs", "3", "--hidden", "32", "--latent", "3", "--batch-size", "64", "--out", out("model")).expect(Exit.OK);
        Cli.run("train", "--data", "digits", "--epochs", "1", "--hidden", "16", "--latent", "3", "--objective", "autoencoder", "--out", out("ae")).expect(Exit.OK);
    }

    private static String out(String name) {
        return dir.resolve(name).toString();
    }

    private static double mean(List<String> lines, int column) {
        return lines.stream().skip(1).mapToDouble(l -> Double.parseDouble(l.split(",")[column])).average().orElseThrow();
    }

    @Test
    void score_addsUpToEval() {
        JsonNode test = Cli.run("eval", "--model", out("model"), "--samples", "20", "--json").expect(Exit.OK).json().get("test");
        List<String> lines = Cli.run("score", "--model", out("model"), "digits", "--samples", "20").expect(Exit.OK).out().lines().toList();
        assertEquals("elbo_nats,reconstruction_nats,kl_nats,log_px_nats,standard_error_nats", lines.getFirst());
        assertEquals(301, lines.size());
        assertEquals(test.get("elbo").asDouble(), mean(lines, 0), 1e-4);
        assertEquals(test.get("reconstruction").asDouble(), mean(lines, 1), 1e-4);
        assertEquals(test.get("kl").asDouble(), mean(lines, 2), 1e-4);
        assertEquals(-test.get("nll").asDouble(), mean(lines, 3), 1e-4);
        assertTrue(mean(lines, 3) > mean(lines, 0), "log p(x) is above its bound");
        assertEquals(-test.get("nll").asDouble() - test.get("elbo").asDouble(), test.get("posteriorGap").asDouble(), 1e-9);
        assertTrue(test.get("nllStandardError").asDouble() > 0);
    }

    @Test
    void score_readsFilesAndWritesFiles() throws IOException {
        Files.writeString(dir.resolve("two.csv"), ("0,".repeat(63) + "0\n" + "16,".repeat(63) + "16\n"));
        JsonNode summary = Cli.run("score", "--model", out("model"), out("two.csv"), "--samples", "0", "--out", out("two-scores.npy"), "--json")
                .expect(Exit.OK).json();
        assertEquals(2, summary.get("rows").asInt());
        assertTrue(summary.get("meanLogLikelihood").isNull());
        assertEquals(3, DataFiles.read(Path.of(out("two-scores.npy"))).features());
        List<String> ae = Cli.run("score", "--model", out("ae"), "digits").expect(Exit.OK).out().lines().toList();
        assertEquals("reconstruction_nats", ae.getFirst());
        Cli.run("score", "--model", out("model"), out("absent.csv")).expect(Exit.DATA);
        Cli.run("score", "--model", out("model"), "digits", "--json").expect(Exit.USAGE);
    }

    @Test
    void eval_tellsThePosterior() {
        JsonNode test = Cli.run("eval", "--model", out("model"), "--json").expect(Exit.OK).json().get("test");
        assertTrue(test.get("nll").isNull() && test.get("posteriorGap").isNull());
        assertEquals(3, test.at("/aggregatedPosterior/means").size());
        assertTrue(test.get("squaredError").asDouble() > 0.5 && test.get("reconstructionDeviation").asDouble() > 0);
        assertEquals(3 - test.get("activeUnits").asInt() > 0, !test.get("posteriorCollapse").isNull());
        JsonNode ae = Cli.run("eval", "--model", out("ae"), "--json").expect(Exit.OK).json().get("test");
        assertTrue(ae.get("aggregatedPosterior").isNull() && ae.get("squaredError").asDouble() > 0);
        Cli.run("eval", "--model", out("ae"), "--samples", "5").expect(Exit.USAGE);
    }

    /// The importance-weighted bound has no two terms: training tells one number, the evaluation's ELBO all three.
    @Test
    void iwae_tellsNoTermsThatItDoesNotHave() throws IOException {
        JsonNode root = Cli.run("train", "--data", "digits", "--epochs", "2", "--hidden", "16", "--latent", "3", "--objective", "iwae", "--samples", "3",
                "--out", out("iwae"), "--json").expect(Exit.OK).json();
        assertTrue(root.at("/train/elbo").asDouble() < 0 && root.at("/train/reconstruction").isNull() && root.at("/train/kl").isNull(), root.toString());
        assertTrue(root.at("/history/1/train/kl").isNull() && root.at("/history/1/test/kl").asDouble() > 0, root.toString());
        assertTrue(Files.readString(dir.resolve("iwae/README.md")).contains(" | – | – |"));
        JsonNode eval = Cli.run("eval", "--model", out("iwae"), "--samples", "50", "--with-train", "--json").expect(Exit.OK).json();
        assertTrue(eval.at("/train/kl").asDouble() > 0 && eval.at("/test/posteriorGap").asDouble() > 0, eval.toString());
    }

    @Test
    void machines_areNoModelsOfThisKind() {
        Cli.run("rbm", "--data", "digits", "--epochs", "1", "--hidden", "8", "--chains", "2", "--temperatures", "5", "--sweeps", "2", "--out", out("rbm"))
                .expect(Exit.OK);
        for (String[] command : new String[][] {{"eval", "--model", out("rbm")}, {"score", "--model", out("rbm"), "digits"}}) {
            String err = Cli.run(command).expect(Exit.DATA).err();
            assertTrue(err.contains("holds a restricted Boltzmann machine, which the command " + command[0] + " does not read; its figures are in training.json"), err);
        }
    }

    /// β so large that nothing is left: every latent collapses, and it is said.
    @Test
    void collapse_isWarnedOf() {
        Cli.run("train", "--data", "digits", "--epochs", "4", "--hidden", "16", "--latent", "3", "--beta", "50", "--learning-rate", "0.01",
                "--out", out("collapsed")).expect(Exit.OK);
        String text = Cli.run("eval", "--model", out("collapsed")).expect(Exit.OK).out();
        assertTrue(text.contains("warning: posterior collapse: 3 of 3 latents ignore x"), text);
    }

    @Test
    void reproduce_listsTheTable() {
        String text = Cli.run("reproduce", "--list").expect(Exit.OK).out();
        assertTrue(text.contains("iwae-table1") && text.contains("cases   vae-1, vae-5, vae-50, iwae-5, iwae-50"), text);
        assertEquals(8, Cli.run("reproduce", "--list", "--json").expect(Exit.OK).json().get("rows").size());
        assertTrue(Cli.run("reproduce", "nothing").expect(Exit.USAGE).err().contains("no figure is called 'nothing'; there are smoke10, "));
        assertTrue(Cli.run("reproduce", "iwae-short/vae-7").expect(Exit.USAGE).err().contains("iwae-short has no case 'vae-7'"));
    }

    @Test
    void reproduce_saysThatARunIsShorterAndKeepsItsResult() throws IOException {
        Path result = dir.resolve("figures/linear-pca/result.json");
        JsonNode first = Cli.run("reproduce", "linear-pca", "--epochs", "3", "--out", out("figures"), "--json").expect(Exit.OK).json().at("/results/0");
        assertEquals("OTHER EPOCHS", first.get("verdict").asText());
        assertEquals(400, first.get("publishedEpochs").asInt());
        assertTrue(first.at("/machine/machine").asText().contains("threads") && first.at("/machine/backend").asText().equals("cpu"));
        String written = Files.readString(result);
        Cli.run("reproduce", "linear-pca", "--epochs", "3", "--out", out("figures"), "--resume").expect(Exit.OK);
        assertEquals(written, Files.readString(result), "a kept result is not measured again");
        JsonNode longer = Cli.run("reproduce", "linear-pca", "--epochs", "5", "--out", out("figures"), "--resume", "--json").expect(Exit.OK).json().at("/results/0");
        assertEquals(5, longer.get("epochs").asInt());
        assertTrue(longer.at("/checks/0/got").asDouble() < first.at("/checks/0/got").asDouble(), "two epochs more are better");
    }

    /// What a killed run leaves is a checkpoint without a result.
    @Test
    void reproduce_goesOnAfterAnInterruption() throws IOException {
        String[] command = {"reproduce", "linear-ppca", "--epochs", "4", "--out", out("stopped"), "--json"};
        JsonNode whole = Cli.run(command).expect(Exit.OK).json().at("/results/0/checks");
        Files.delete(dir.resolve("stopped/linear-ppca/result.json"));
        assertTrue(Cli.run(command).expect(Exit.DATA).err().contains("go on with --resume"));
        String[] resumed = {"reproduce", "linear-ppca", "--epochs", "4", "--out", out("stopped"), "--json", "--resume"};
        assertEquals(whole, Cli.run(resumed).expect(Exit.OK).json().at("/results/0/checks"));
    }

    @Test
    void spherical_keepsTheLength() {
        float[] a = {3, 0, 4};
        float[] b = {0, 5, 0};
        for (float t : new float[] {0, 0.25f, 0.5f, 1}) {
            float[] z = Interpolation.spherical(a, b, t);
            assertEquals(5, Math.sqrt(z[0] * z[0] + z[1] * z[1] + z[2] * z[2]), 1e-5);
        }
        assertArrayEquals(a, Interpolation.spherical(a, b, 0), 1e-6f);
        assertArrayEquals(new float[] {2, 2}, Interpolation.spherical(new float[] {1, 1}, new float[] {3, 3}, 0.5f), 1e-6f);
        assertArrayEquals(new float[] {0.5f, 0}, Interpolation.spherical(new float[2], new float[] {1, 0}, 0.5f), 1e-6f);
    }

    @Test
    void cornersAreTheCodes_andTraversalsAreSorted() {
        float[][] four = {{0, 0}, {1, 0}, {0, 2}, {1, 2}};
        float[][] codes = Interpolation.corners(four, 3);
        assertArrayEquals(four[0], codes[0]);
        assertArrayEquals(four[1], codes[2]);
        assertArrayEquals(four[2], codes[6]);
        assertArrayEquals(four[3], codes[8]);
        assertArrayEquals(new float[] {0.5f, 1}, codes[4], 1e-6f);
        Traversal traversal = Traversal.of(new float[] {7, 7, 7}, Prior.of(1, 4), List.of(0.1, 2.0, 0.5), 2, 3, 2);
        assertEquals(List.of(-2.0, 0.0, 2.0), traversal.values());
        assertEquals(List.of(1, 2), traversal.latents());
        assertArrayEquals(new float[] {7, -3, 7}, traversal.codes()[0]);
        assertArrayEquals(new float[] {7, 7, 5}, traversal.codes()[5]);
        assertEquals("z1  2.00 nats", traversal.name(0));
    }

    /// Sixty steps draw one grey blob for every z.
    @Test
    void galleryOfSmallData_trainsAsManyStepsAsThatOfLarge() {
        assertEquals(250, GalleryCommand.enough(1497, 128));
        assertEquals(10, GalleryCommand.enough(60_000, 128));
    }

    @Test
    void pictures_areWritten() throws IOException {
        Cli.run("traverse", "--model", out("model"), "--example", "4", "--out", out("traversals.png")).expect(Exit.OK);
        Cli.run("interpolate", "--model", out("model"), "--path", "spherical", "--out", out("paths.png")).expect(Exit.OK);
        Cli.run("interpolate", "--model", out("model"), "--corners", "--steps", "4", "--out", out("corners.npy")).expect(Exit.OK);
        assertEquals(16, DataFiles.read(Path.of(out("corners.npy"))).size());
        Cli.run("interpolate", "--model", out("model"), "--corners", "--path", "spherical").expect(Exit.USAGE);
        Cli.run("traverse", "--model", out("ae")).expect(Exit.USAGE);
        JsonNode files = Cli.run("gallery", "--data", "digits", "--latents", "2,3", "--hidden", "16", "--epochs", "1", "--out", out("gallery"), "--json")
                .expect(Exit.OK).json().get("pictures");
        for (JsonNode file : files) {
            assertTrue(Files.size(Path.of(file.asText())) > 500, file.asText());
        }
        for (String name : List.of("latent-2/manifold.png", "latent-3/traversals.png", "latent-3/corners.png", "latent-3/codes-prior.png",
                "latent-2/interpolation-spherical.png", "gallery.html")) {
            assertTrue(Files.isRegularFile(dir.resolve("gallery").resolve(name)), name);
        }
        assertFalse(Files.exists(dir.resolve("gallery/latent-3/manifold.png")));
    }
}
