package dev.fusedvae.bench;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.run.CudaChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Where benchmarks run: the CPU path, a GPU, or the stand-in driver, whose times say nothing of a GPU.
final class Devices {
    static final String CPU = "cpu";
    static final String GPU = "cuda";
    /// The stand-in driver: only what the host does before the device starts is worth timing there.
    static final String STAND_IN = "simt";
    /// What a row of the stand-in says of itself.
    static final String MARK = "SIMT stand-in, not a GPU";

    private Devices() {}

    /// Opens one of the three.
    static Backend open(String name, int threads) {
        return open(name, threads, CudaChoice.Replay.GRAPH);
    }

    /// Opens one of the three; `replay` is how a device gets its steps.
    static Backend open(String name, int threads, CudaChoice.Replay replay) {
        return switch (name) {
            case CPU -> new CpuBackend(threads);
            case GPU, STAND_IN -> CudaBackend.open(environment(name), CudaChoice.DEFAULT.withReplay(replay));
            default -> throw new IllegalArgumentException("a benchmark runs on " + CPU + ", " + GPU + " or " + STAND_IN + ", got " + name);
        };
    }

    /// The variables by which the cuda backend finds that driver.
    static Map<String, String> environment(String name) {
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.put(Probe.VARIABLE, name.equals(STAND_IN) ? STAND_IN : "");
        return variables;
    }

    /// The GPU of this process; none where `FVAE_CUDA=simt` says that the stand-in runs the kernels.
    static Probe.Outcome gpu() {
        if (System.getenv().getOrDefault(Probe.VARIABLE, "").strip().equals(STAND_IN)) {
            return new Probe.Outcome.Refused(Probe.VARIABLE + "=" + STAND_IN + " is set", "unset it to measure on a GPU");
        }
        return Probe.of(environment(GPU));
    }

    /// What launches are measured on: a GPU where one is ready, else the stand-in.
    static String launching() {
        return switch (gpu()) {
            case Probe.Outcome.Ready ready -> GPU;
            case Probe.Outcome.Refused refused -> STAND_IN;
        };
    }

    /// The GPU with its driver, as rows on it name it; else that there is none, and why.
    static String driver() {
        return switch (gpu()) {
            case Probe.Outcome.Ready ready -> ready.device();
            case Probe.Outcome.Refused refused -> "none (" + refused.reason() + "); launch rows ran on the " + MARK;
        };
    }

    /// What the kernel does with large areas of memory: `always`, `madvise` (where a program asks, as the JVM's flag does) or
    /// `never`, which stands for a kernel without huge pages too.
    static String hugePages() {
        try {
            String choices = Files.readString(Path.of("/sys/kernel/mm/transparent_hugepage/enabled"));
            return choices.substring(choices.indexOf('[') + 1, choices.indexOf(']'));
        } catch (IOException e) {
            return "never";
        }
    }
}
