package dev.fusedvae.cli;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.run.CudaChoice;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Where `verify` runs: the kernels on a GPU or on the SIMT device, or the CPU path.
///
/// @param cuda        whether kernels run; else the CPU path
/// @param environment what the driver is found by
record VerifyDevice(boolean cuda, Map<String, String> environment, Optional<Path> kernels) {

    static VerifyDevice of(Optional<String> device, Optional<String> backend, Optional<Path> kernels, Map<String, String> env,
                           Consumer<String> note) {
        UsageException.require(backend.isEmpty() || List.of("cuda", "cpu").contains(backend.get()),
                "verify runs the kernels of --backend cuda or cpu, got '%s'; the reference is what they are compared with", backend.orElse(""));
        String wanted = device.orElseGet(() -> backend.equals(Optional.of("cpu")) ? "cpu" : "auto");
        UsageException.require(!(backend.equals(Optional.of("cpu")) && !wanted.equals("cpu")) && !(backend.equals(Optional.of("cuda")) && wanted.equals("cpu")),
                "--backend %s does not run on --device %s; leave one of them out", backend.orElse(""), wanted);
        UsageException.require(kernels.isEmpty() || !wanted.equals("cpu"), "--kernels brings CUDA kernels, and the cpu runs none; use --device simt or gpu");
        return switch (wanted) {
            case "cpu" -> new VerifyDevice(false, env, kernels);
            case "simt" -> new VerifyDevice(true, with(env, "simt"), kernels);
            case "gpu" -> new VerifyDevice(true, with(env, ""), kernels);
            case "auto" -> found(kernels, env, note);
            default -> throw new UsageException("--device takes gpu, simt or cpu, got '" + wanted + "'");
        };
    }

    /// The driver that the environment names, else a GPU, else the SIMT device, said in one line.
    private static VerifyDevice found(Optional<Path> kernels, Map<String, String> env, Consumer<String> note) {
        if (!env.getOrDefault(Probe.VARIABLE, "").isBlank()) {
            return new VerifyDevice(true, env, kernels);
        }
        return switch (Probe.of(env)) {
            case Probe.Outcome.Ready ready -> new VerifyDevice(true, env, kernels);
            case Probe.Outcome.Refused refused -> {
                note.accept(refused.reason() + ", so the kernels run on the SIMT device");
                yield new VerifyDevice(true, with(env, "simt"), kernels);
            }
        };
    }

    private static Map<String, String> with(Map<String, String> env, String driver) {
        Map<String, String> copy = new HashMap<>(env);
        copy.put(Probe.VARIABLE, driver);
        return Map.copyOf(copy);
    }

    /// The flags that name this device and its kernels on a command line, each after a blank.
    String flags() {
        return (environment.getOrDefault(Probe.VARIABLE, "").equals("simt") ? " --device simt" : "") + kernels.map(k -> " --kernels " + k).orElse("");
    }

    /// Opens it; where `variant` is not empty, `kind` runs that one.
    Backend open(Optional<Kind> kind, String variant) {
        if (!cuda) {
            return new CpuBackend(Runtime.getRuntime().availableProcessors());
        }
        CudaChoice choice = kernels.map(CudaChoice.DEFAULT::withKernels).orElse(CudaChoice.DEFAULT);
        return CudaBackend.open(environment, kind.filter(k -> !variant.isEmpty())
                .map(k -> choice.withVariants(Map.of(k.label(), variant))).orElse(choice));
    }
}
