package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Child;
import dev.fusedvae.Vae;
import dev.fusedvae.backend.cuda.CudaProvider;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the example as an embedder would: in a process of its own, with the engine and its dependencies only.
class EmbeddingTest {
    private static final String RESULT = "300 digits, ELBO -\\d\\d\\.\\d\\d, 16 new ones, on ";

    @TempDir
    Path folder;

    /// The folder or jar that `member` was loaded from.
    private static String home(Class<?> member) {
        return Path.of(member.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
    }

    /// The jars on which the engine depends.
    private static List<Path> brought() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of(home(Embedding.class)).resolveSibling("lib"))) {
            return jars.filter(f -> f.toString().endsWith(".jar")).toList();
        }
    }

    private static String path(String... homes) throws IOException {
        return Stream.concat(Stream.of(homes), brought().stream().map(Path::toString)).collect(Collectors.joining(File.pathSeparator));
    }

    /// The jars of JCuda, on which the cuda artifact depends.
    private static String jcuda() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).filter(part -> part.contains("jcu"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private String run(Map<String, String> environment, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector"));
        command.addAll(List.of(options));
        command.add(folder.resolve("model").toString());
        Path said = folder.resolve("stderr");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(said.toFile());
        builder.environment().remove("FVAE_CUDA");
        builder.environment().putAll(environment);
        Process process = Child.limited(builder.start());
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        String all = out + Files.readString(said);
        assertEquals(0, code, all);
        return all;
    }

    @Test
    void engine_bringsTwoThirdPartyJarsAtMost() throws IOException {
        List<Path> jars = brought();
        assertTrue(!jars.isEmpty() && jars.size() <= 2, jars.toString());
    }

    @Test
    void readme_showsThisClassWordForWord() throws IOException {
        String source = Files.readString(Path.of("src/example/main/java/example/Embedding.java"));
        assertTrue(Files.readString(Path.of("README.md")).contains("```java\n" + source + "```"), "README.md must show Embedding.java as it is");
    }

    @Test
    void onTheClassPath_trainsSavesLoadsEncodesAndScores() throws Exception {
        String said = run(Map.of(), "-cp", path(home(Embedding.class), home(Vae.class)), "example.Embedding");
        assertTrue(said.matches("(?s)" + RESULT + "cpu\n.*"), said);
        assertTrue(said.contains("auto took cpu, since fusedvae-cuda is not on the class path or module path"), said);
    }

    @Test
    void onTheModulePath_theSame() throws Exception {
        String said = run(Map.of(), "-p", path(home(Embedding.class), home(Vae.class)), "-m", "example/example.Embedding");
        assertTrue(said.matches("(?s)" + RESULT + "cpu\n.*"), said);
    }

    /// To use a GPU, an embedder adds the cuda artifact and changes nothing else. The device in this test is the simulated one.
    @Test
    @Tag("simt")
    void withTheCudaArtifact_onTheClassPath_runsOnTheDevice() throws Exception {
        String said = run(simt(), "--enable-native-access=ALL-UNNAMED",
                "-cp", path(home(Embedding.class), home(Vae.class), home(CudaProvider.class), jcuda()), "example.Embedding");
        assertTrue(said.matches("(?s)" + RESULT + "cuda\n.*"), said);
    }

    @Test
    @Tag("simt")
    void withTheCudaArtifact_onTheModulePath_runsOnTheDevice() throws Exception {
        String said = run(simt(), "--enable-native-access=dev.fusedvae.cuda,jcuda",
                "-p", path(home(Embedding.class), home(Vae.class), home(CudaProvider.class), jcuda()), "-m", "example/example.Embedding");
        assertTrue(said.matches("(?s)" + RESULT + "cuda\n.*"), said);
    }

    private static Map<String, String> simt() {
        boolean compiler = Arrays.stream(System.getenv("PATH").split(File.pathSeparator)).anyMatch(f -> Files.isExecutable(Path.of(f, "g++")));
        Assumptions.assumeTrue(compiler && System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"),
                "skipped: the SIMT device needs g++ and linux on x86-64");
        return Map.of("FVAE_CUDA", "simt", "FVAE_BACKEND", "cuda", "XDG_CACHE_HOME", Path.of("target", "cache").toAbsolutePath().toString());
    }
}
