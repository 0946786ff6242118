package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fusedvae.data.DataFiles;
import dev.fusedvae.data.DataSet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands do what they say, on a small model of the digits with two latents.
class CommandsTest {
    @TempDir
    static Path dir;
    static JsonNode trained;

    @BeforeAll
    static void train() {
        trained = Cli.run("train", "--data", "digits", "--epochs", "3", "--hidden", "32", "--latent", "2", "--batch-size", "64", "--json",
                "--out", dir.resolve("model").toString()).expect(Exit.OK).json();
    }

    private static String model() {
        return dir.resolve("model").toString();
    }

    private static String out(String name) {
        return dir.resolve(name).toString();
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void train_printsTheContract() {
        assertTrue(names(trained).containsAll(List.of("backend", "device", "fusion", "precision", "epochs", "secondsPerEpoch",
                "examplesPerSecond", "train", "test", "history", "pictures")), trained.toString());
        assertEquals(List.of("elbo", "reconstruction", "kl"), names(trained.get("train")));
        assertTrue(names(trained.get("test")).containsAll(List.of("elbo", "reconstruction", "kl", "nll", "nllStandardError", "activeUnits")));
        assertTrue(trained.at("/test/nll").isNull() && trained.at("/test/nllStandardError").isNull());
        assertTrue(trained.at("/test/elbo").asDouble() < -20 && trained.at("/test/elbo").asDouble() > -45, trained.at("/test/elbo").toString());
        assertEquals(trained.at("/test/elbo").asDouble(),
                trained.at("/test/reconstruction").asDouble() - trained.at("/test/kl").asDouble(), 1e-9);
        assertEquals(3, trained.get("history").size());
        assertEquals("fp32", trained.get("precision").asText());
        assertTrue(trained.get("examplesPerSecond").asDouble() > 0);
    }

    @Test
    void train_writesModelPicturesAndReport() throws IOException {
        for (JsonNode picture : trained.get("pictures")) {
            assertTrue(Files.size(Path.of(picture.asText())) > 500, picture.asText());
        }
        List<String> expected = List.of("config.json", "model.safetensors", "training.json", "README.md", "samples.png", "reconstructions.png",
                "interpolation.png", "manifold.png", "codes.png", "losses.png", "losses.svg", "kl.png", "report.html");
        for (String name : expected) {
            assertTrue(Files.isRegularFile(dir.resolve("model").resolve(name)), name);
        }
        String report = Files.readString(dir.resolve("model/report.html"));
        assertTrue(report.contains("64-32-2-32-64") && report.contains("adam, rate 0.001"), "the report names the spec");
        assertFalse(report.contains("src=\"samples.png\""), "pictures are embedded");
    }

    @Test
    void eval_agreesWithTraining() {
        JsonNode eval = Cli.run("eval", "--model", model(), "--json").expect(Exit.OK).json();
        assertEquals(trained.at("/test/elbo").asDouble(), eval.at("/test/elbo").asDouble(), 1e-6);
        assertEquals(trained.at("/test/activeUnits"), eval.at("/test/activeUnits"));
        assertTrue(eval.at("/train/elbo").isNull() && eval.get("secondsPerEpoch").isNull());
        assertFalse(Cli.run("eval", "--model", model(), "--with-train", "--json").json().at("/train/elbo").isNull());
    }

    @Test
    void train_isDeterministicForASeed() {
        JsonNode again = Cli.run("train", "--data", "digits", "--epochs", "3", "--hidden", "32", "--latent", "2", "--batch-size", "64", "--json",
                "--threads", "1", "--out", out("again")).expect(Exit.OK).json();
        assertEquals(trained.get("test"), again.get("test"));
        assertEquals(trained.get("train"), again.get("train"));
    }

    @Test
    void eval_printsATableForPeople() {
        String table = Cli.run("eval", "--model", model()).expect(Exit.OK).out();
        assertTrue(table.contains("ELBO") && table.contains("test") && table.contains("active units: "), table);
    }

    @Test
    void encodeThenDecode_isReconstruct() {
        Cli.run("encode", "--model", model(), "--only", "mu", "--out", out("mu.csv")).expect(Exit.OK);
        Cli.run("decode", "--model", model(), "--in", out("mu.csv"), "--out", out("decoded.npy")).expect(Exit.OK);
        Cli.run("reconstruct", "--model", model(), "--count", "300", "--out", out("rebuilt.npy")).expect(Exit.OK);
        DataSet decoded = DataFiles.read(Path.of(out("decoded.npy")));
        DataSet rebuilt = DataFiles.read(Path.of(out("rebuilt.npy")));
        assertEquals(300, decoded.size());
        assertEquals(64, decoded.features());
        assertArrayEquals(rebuilt.floats(), decoded.floats());
    }

    @Test
    void encode_writesMuLogVarAndDraws() throws IOException {
        Cli.run("encode", "--model", model(), "--samples", "2", "--out", out("codes.csv")).expect(Exit.OK);
        List<String> lines = Files.readAllLines(Path.of(out("codes.csv")));
        assertEquals("mu.0,mu.1,log_var.0,log_var.1,z0.0,z0.1,z1.0,z1.1", lines.getFirst());
        assertEquals(301, lines.size());
        Cli.run("encode", "--model", model(), "--samples", "2", "--out", out("codes.npy")).expect(Exit.OK);
        DataSet npy = DataFiles.read(Path.of(out("codes.npy")));
        double z = 0;
        for (int i = 0; i < npy.size(); i++) {
            z += Math.pow((npy.raw(i, 4) - npy.raw(i, 0)) / Math.exp(npy.raw(i, 2) / 2), 2) / npy.size();
        }
        assertEquals(1, z, 0.25, "(z - mu) / sigma is standard normal");
    }

    @Test
    void sample_drawsAPictureOrWritesAnArray() throws IOException {
        Cli.run("sample", "--model", model(), "--count", "10", "--out", out("s.png")).expect(Exit.OK);
        BufferedImage image = ImageIO.read(Path.of(out("s.png")).toFile());
        assertTrue(image.getWidth() > 200 && image.getHeight() > 150, image.toString());
        Cli.run("sample", "--model", model(), "--count", "10", "--out", out("mean.npy")).expect(Exit.OK);
        Cli.run("sample", "--model", model(), "--count", "10", "--draw", "--out", out("draw.npy")).expect(Exit.OK);
        for (float x : DataFiles.read(Path.of(out("draw.npy"))).asFloats().floats()) {
            assertTrue(x == 0 || x == 1, "a Bernoulli draws zeros and ones, got " + x);
        }
        assertTrue(DataFiles.read(Path.of(out("mean.npy"))).asFloats().floats()[27] % 1 != 0, "means are probabilities");
    }

    @Test
    void interpolate_endsAtTheReconstructions() {
        Cli.run("interpolate", "--model", model(), "--pairs", "3", "--steps", "5", "--out", out("paths.npy")).expect(Exit.OK);
        DataSet paths = DataFiles.read(Path.of(out("paths.npy")));
        assertEquals(15, paths.size());
        Cli.run("reconstruct", "--model", model(), "--count", "1", "--out", out("first.npy")).expect(Exit.OK);
        assertArrayEquals(DataFiles.read(Path.of(out("first.npy"))).floats(), paths.slice(0, 1).floats(), 1e-6f);
        Cli.run("interpolate", "--model", model(), "--out", out("paths.png")).expect(Exit.OK);
    }

    @Test
    void manifold_hasAsManyPointsAsItsGrid() {
        Cli.run("manifold", "--model", model(), "--size", "7", "--out", out("plane.npy")).expect(Exit.OK);
        assertEquals(49, DataFiles.read(Path.of(out("plane.npy"))).size());
    }

    @Test
    void nonPictures_areRefusedWithAnOfferOfArrays() throws IOException {
        StringBuilder table = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            table.append(i % 7 / 7.0).append(',').append(i % 5 / 5.0).append(',').append(i % 3 / 3.0).append('\n');
        }
        Files.writeString(dir.resolve("table.csv"), table);
        String plain = out("plain");
        JsonNode json = Cli.run("train", "--data", out("table.csv"), "--epochs", "1", "--hidden", "none", "--latent", "2", "--json", "--out", plain)
                .expect(Exit.OK).json();
        assertFalse(json.get("pictures").toString().contains("samples.png"));
        Cli.Ran refused = Cli.run("sample", "--model", plain, "--out", out("plain.png")).expect(Exit.USAGE);
        assertTrue(refused.err().contains("ends in .npy or .csv"), refused.err());
        Cli.run("sample", "--model", plain, "--out", out("plain.csv")).expect(Exit.OK);
        Cli.run("eval", "--model", plain).expect(Exit.OK); // finds the table where it was
        Files.delete(dir.resolve("table.csv"));
        String gone = Cli.run("eval", "--model", plain).expect(Exit.USAGE).err();
        assertTrue(gone.contains("the model was trained on " + out("table.csv") + ", which is not here; name the data with --data"), gone);
    }

    @Test
    void resume_addsEpochs() {
        String folder = out("longer");
        Cli.run("train", "--data", "digits", "--epochs", "1", "--hidden", "8", "--latent", "2", "--out", folder).expect(Exit.OK);
        JsonNode two = Cli.run("train", "--data", "digits", "--epochs", "2", "--hidden", "8", "--latent", "2", "--out", folder, "--resume", "--json")
                .expect(Exit.OK).json();
        JsonNode straight = Cli.run("train", "--data", "digits", "--epochs", "2", "--hidden", "8", "--latent", "2", "--out", out("straight"), "--json")
                .expect(Exit.OK).json();
        assertEquals(straight.get("test"), two.get("test"));
    }

    @Test
    void explain_countsSixLaunchesOnTheCanonicalNet() {
        JsonNode plan = Cli.run("explain", "--json").expect(Exit.OK).json();
        assertEquals("layer", plan.get("fusion").asText());
        assertEquals(6, plan.get("launches").asInt());
        assertEquals(6, plan.get("phases").size());
        assertTrue(plan.get("arenaBytes").asLong() > 3L * 4 * 652_824, "parameters and both moments fit in");
        JsonNode call = plan.at("/phases/0/calls/0");
        assertTrue(names(call).containsAll(List.of("op", "variant", "shape", "bytes", "flops", "fuses")), call.toString());
        assertEquals("[\"gather\",\"linear\",\"add_bias\",\"activate\"]", call.get("fuses").toString());
    }

    @Test
    void explain_countsTheMemoryOfThePathItExplains() {
        List<String> paths = List.of("cpu", "cuda", "reference");
        Set<Long> bytes = new HashSet<>();
        for (String path : paths) {
            bytes.add(Cli.run("explain", "--backend", path, "--json").expect(Exit.OK).json().get("arenaBytes").asLong());
            String out = Cli.run("explain", "--backend", path).expect(Exit.OK).out();
            assertTrue(out.lines().anyMatch(line -> line.startsWith("Memory on the " + path + " path: ")), out);
        }
        assertEquals(paths.size(), bytes.size(), "each lowers the plan its own way: " + bytes);
        bytes.forEach(b -> assertTrue(b > 3L * 4 * 652_824, "parameters and both moments fit in: " + b));
        assertTrue(Cli.run("explain").expect(Exit.OK).out().contains("Memory on the cpu path: "));
    }

    @Test
    void explain_saysWhyTheOptimizerIsNotFused() {
        assertTrue(Cli.run("explain", "--clip-norm", "1").expect(Exit.OK).out().contains("note: "));
    }

    @Test
    void demo_drawsEverything() {
        JsonNode demo = Cli.run("demo", "--epochs", "2", "--json", "--out", out("demo")).expect(Exit.OK).json();
        String pictures = demo.get("pictures").toString();
        for (String name : List.of("samples.png", "reconstructions.png", "interpolation.png", "losses.png", "losses.svg", "kl.png", "manifold.png",
                "report.html")) {
            assertTrue(pictures.contains(name), name);
        }
        demo.get("pictures").forEach(p -> assertTrue(Files.isRegularFile(Path.of(p.asText())), p.asText()));
    }

    @Test
    void dataList_showsWhereItLooked() {
        JsonNode list = Cli.run("data", "list", "--json").expect(Exit.OK).json();
        assertTrue(list.at("/data/0/found").asBoolean() && list.at("/data/0/name").asText().equals("digits"));
        assertFalse(list.at("/data/1/found").asBoolean());
        assertTrue(list.at("/data/1/places").size() >= 2);
    }

    @Test
    void explain_showsWhatVendorPartsLeaveUnfused() {
        JsonNode plan = Cli.run("explain", "--json", "--fusion", "epilogue", "--vendor", "gemm,noise").expect(Exit.OK).json();
        List<String> variants = new ArrayList<>();
        plan.get("phases").forEach(p -> p.get("calls").forEach(c -> variants.add(c.get("op").asText() + " " + c.get("variant").asText())));
        assertEquals(4, variants.stream().filter("linear cublas"::equals).count(), variants.toString());
        assertEquals(3, variants.stream().filter("linear_backward_data cublas"::equals).count(), variants.toString());
        assertEquals(4, variants.stream().filter("linear_backward_weight cublas"::equals).count(), variants.toString());
        assertEquals(1, variants.stream().filter("noise curand"::equals).count(), variants.toString());
        assertTrue(variants.contains("likelihood_grad cpu") && variants.contains("multi_tensor_update cpu"), "other fusions stay: " + variants);
        assertTrue(plan.get("notes").get(0).asText().startsWith("fusion epilogue without linear_bias_act, linear_bias_act_sample, transposed_bias_act_sample, reparam_kl"), plan.get("notes").toString());
    }

    @Test
    void doctor_namesBackendsAndTheirRefusals() {
        JsonNode found = Cli.run("doctor", "--json").expect(Exit.OK).json();
        assertTrue(found.get("backend cpu").asText().startsWith("ready"));
        assertTrue(found.get("backend cuda").asText().matches("(ready|refused): .+"), found.toString());
        assertTrue(found.get("calls of cuda").asText().matches("the driver's through JCuda 12[.\\d]+, launches too .+ through Panama"), found.toString());
        assertTrue(found.get("kernels").asText().matches("\\d+ ops in .+; .*kernels are packed.*"), found.toString());
        assertFalse(found.get("nvrtc").asText().isEmpty() || found.get("kernel images").asText().isEmpty(), found.toString());
        assertTrue(found.get("cuBLAS").asText().matches("(a stand-in for libcublas.so.12, built .*|not found: libcublas.so.12 or libcublas.so.13|libcublas.so.1[23]; called through JCuda .*); needed only for vendor gemm"), found.toString());
        assertTrue(found.get("cuRAND").asText().endsWith("needed only for vendor noise"), found.toString());
    }

    @Test
    void terminal_getsABarInsteadOfLines() {
        Cli.Ran ran = Cli.run(true, "train", "--data", "digits", "--epochs", "40", "--hidden", "64", "--out", out("bar")).expect(Exit.OK);
        assertTrue(ran.err().contains("\repoch ") && ran.err().contains("examples/s"), ran.err());
        assertFalse(ran.err().contains("\nepoch 1/"), ran.err());
    }

    @Test
    void quiet_leavesStderrEmpty() {
        assertEquals("", Cli.run("train", "--data", "digits", "--epochs", "1", "--hidden", "4", "-q", "--out", out("quiet")).expect(Exit.OK).err());
    }

    @Test
    void everyCommand_hasHelpWithAnExample() {
        for (String command : List.of("demo", "train", "eval", "sample", "reconstruct", "interpolate", "manifold", "traverse", "gallery", "encode", "decode", "score",
                "rbm", "compare", "reproduce", "explain", "ablate", "scale", "verify", "ladder", "doctor", "data list", "data fetch", "kernels", "kernels show",
                "kernels new", "lab plot", "lab readme")) {
            String help = Cli.run((command + " --help").split(" ")).expect(Exit.OK).out();
            assertTrue(help.startsWith("Usage: fvae " + command + " "), help);
            assertTrue(help.contains("Example:") && help.lines().anyMatch(l -> l.matches("  (FVAE_CUDA=simt )?fvae " + command + "( .*)?")), help);
            assertFalse(help.contains("${") || help.contains("....") || help.contains("fvae fvae"), help);
            help.lines().forEach(line -> assertTrue(line.length() <= 80, line));
        }
    }

    /// In the synopsis and at the option; and each is really needed.
    @Test
    void help_marksTheOptionsThatMustBeGiven() {
        Map<String, List<String>> needed = Map.of("train", List.of("--data"), "rbm", List.of("--data"), "compare", List.of("--data"), "gallery", List.of("--data"),
                "eval", List.of("--model"), "encode", List.of("--model", "--out"), "decode", List.of("--model", "--in", "--out"),
                "lab plot", List.of("--out"), "demo", List.of(), "explain", List.of());
        needed.forEach((command, options) -> {
            String help = Cli.run((command + " --help").split(" ")).expect(Exit.OK).out();
            String synopsis = help.lines().findFirst().orElseThrow();
            assertEquals(options, Pattern.compile("--[a-z]+").matcher(synopsis).results().map(MatchResult::group).toList(), help);
            assertEquals(options.size(), Pattern.compile(" required: ").matcher(help).results().count(), help);
            options.forEach(o -> assertTrue(Pattern.compile(o + "=\\S+ +required: ").matcher(help).find(), help));
        });
        assertTrue(Cli.run("gallery").expect(Exit.USAGE).err().contains("name the data with --data"));
        assertTrue(Cli.run("eval").expect(Exit.USAGE).err().contains("Missing required option: '--model=DIR'"));
    }

    @Test
    void version_isThatOfTheBuild() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        assertTrue(pom.contains("<version>" + Version.text() + "</version>"), Version.text());
        assertTrue(Cli.run("--version").expect(Exit.OK).out().startsWith("fvae " + Version.text()));
    }
}
