package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Child;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.backend.cuda.kernels.KernelFolder;
import dev.fusedvae.backend.cuda.kernels.Kernels;
import dev.fusedvae.backend.cuda.kernels.Tool;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `--backend cuda` where it cannot run: exit code 4 and one sentence. Drivers are a choice per process, so each case is one.
class ForcedBackendTest {
    private static final List<String> TRAIN = List.of("train", "--data", "digits", "--backend", "cuda", "--fusion", "none", "--epochs", "1");

    private record Ended(int code, String text) {}

    /// Runs the command line in a process of its own, with the parts of the class path that `kept` accepts.
    private static Ended run(Path folder, Map<String, String> environment, Predicate<String> kept) throws IOException, InterruptedException {
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).filter(kept)
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=" + folder, "-cp", path, "dev.fusedvae.cli.Main"));
        command.addAll(TRAIN);
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().remove(Probe.VARIABLE);
        builder.environment().putAll(environment);
        Process process = Child.limited(builder.start());
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), text);
    }

    private static Map<String, String> simt(String variable, String value) {
        Assumptions.assumeTrue(Mutant.possible(), "skipped: the SIMT device needs g++ and linux on x86-64");
        return Map.of(Probe.VARIABLE, "simt", "XDG_CACHE_HOME", Simt.ENVIRONMENT.get("XDG_CACHE_HOME"), variable, value);
    }

    private static void assertRefused(Ended ended, String sentence) {
        assertEquals(4, ended.code(), ended.text());
        assertTrue(ended.text().lines().anyMatch(l -> l.startsWith("fvae: ") && l.contains(sentence)), ended.text());
    }

    @Test
    void withoutDriver_itSaysSo(@TempDir Path folder) throws IOException, InterruptedException {
        Ended ended = run(folder, Map.of(), part -> true);
        Assumptions.assumeTrue(ended.code() == 4, "skipped: this machine has a driver");
        assertRefused(ended, "; use cpu, or set FVAE_CUDA=simt to run the kernels on the CPU");
    }

    @Test
    void withoutCompiler_theSimtDeviceSaysSo(@TempDir Path folder) throws IOException, InterruptedException {
        Ended ended = run(folder, Map.of(Probe.VARIABLE, "simt", "PATH", folder.toString()), part -> true);
        assertRefused(ended, "the SIMT device needs g++, which is not on the PATH; install it");
    }

    @Test
    void withoutNatives_itSaysSo(@TempDir Path folder) throws IOException, InterruptedException {
        Assumptions.assumeTrue(Tool.find("g++", System.getenv()).isPresent(), "skipped: the SIMT device needs g++");
        Map<String, String> simt = Map.of(Probe.VARIABLE, "simt", "XDG_CACHE_HOME", Simt.ENVIRONMENT.get("XDG_CACHE_HOME"));
        String sentence = "the SIMT device needs JCuda's native library, which cannot be loaded";
        assertRefused(run(folder, simt, part -> !part.contains("jcuda-natives")), sentence);
        assertRefused(run(folder, simt, part -> !part.contains("jcuda")), sentence);
    }

    @Test
    void withTooLittleDeviceMemory_itSaysSo(@TempDir Path folder) throws IOException, InterruptedException {
        assertRefused(run(folder, simt("FVAE_SIMT_MEMORY_MB", "2"), part -> true), "; use a smaller batch, narrower layers or the cpu backend");
    }

    /// The messages of the compiler follow the sentence.
    @Test
    void withAKernelThatDoesNotCompile_itSaysSo(@TempDir Path folder) throws IOException, InterruptedException {
        KernelFolder planted = Kernels.copy(folder.resolve("kernels"));
        Kernels.replace(planted.root().resolve("add_bias/body.cuh"), "DEVICE void body", "nonsense DEVICE void body");
        Ended ended = run(folder, simt("JAVA_TOOL_OPTIONS", "-D" + KernelFolder.PROPERTY + "=" + planted.root()), part -> true);
        assertRefused(ended, "kernel add_bias/1_naive does not compile for simt; the messages of ");
        assertTrue(ended.text().contains("nonsense"), ended.text());
    }
}
