package dev.fusedvae.cli;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.check.Defect;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.results.Program;
import dev.fusedvae.run.CudaChoice;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Where `verify` and `ladder` run: the kernels on the device of the cuda backend, or the CPU path.
///
/// @param cuda        whether kernels run; else the CPU path
/// @param environment what the driver is found by
record VerifyDevice(boolean cuda, Map<String, String> environment, Optional<Path> kernels) {
    private static final String SIMT = "simt";

    /// The device of `backend`. Without one it is cuda's, and where neither `FVAE_CUDA` names a driver nor a GPU is ready,
    /// the SIMT device, said in one line.
    static VerifyDevice of(Optional<String> backend, Optional<Path> kernels, Map<String, String> env, Consumer<String> note) {
        String wanted = backend.orElse("");
        UsageException.require(kernels.isEmpty() || !wanted.equals("cpu"), "--kernels brings CUDA kernels, and the cpu backend runs none; use --backend cuda");
        return switch (wanted) {
            case "cpu" -> new VerifyDevice(false, env, kernels);
            case "cuda" -> new VerifyDevice(true, env, kernels);
            case "" -> new VerifyDevice(true, found(env, note), kernels);
            default -> throw new UsageException("verify runs the kernels of --backend cuda or cpu, got '" + wanted
                    + "'; the reference is what they are compared with");
        };
    }

    private static Map<String, String> found(Map<String, String> env, Consumer<String> note) {
        if (!env.getOrDefault(Probe.VARIABLE, "").isBlank()) {
            return env;
        }
        return switch (Probe.of(env)) {
            case Probe.Outcome.Ready ready -> env;
            case Probe.Outcome.Refused refused -> {
                note.accept(refused.reason() + ", so the kernels run on the SIMT device, as with " + Probe.VARIABLE + "=" + SIMT);
                Map<String, String> copy = new HashMap<>(env);
                copy.put(Probe.VARIABLE, SIMT);
                yield Map.copyOf(copy);
            }
        };
    }

    /// The usage error of an option that older releases had: how the device is chosen now.
    static UsageException gone(String device, String command) {
        String instead = switch (device) {
            case SIMT -> "for the SIMT device write `" + Probe.VARIABLE + "=" + SIMT + " " + command + " --backend cuda`";
            case "cpu" -> "write --backend cpu";
            default -> "write --backend cuda, which is a GPU unless " + Probe.VARIABLE + "=" + SIMT + " is in the environment";
        };
        return new UsageException("there is no --device: " + instead);
    }

    /// The command that shows `defect` again.
    String again(Defect defect) {
        boolean simulated = cuda && environment.getOrDefault(Probe.VARIABLE, "").strip().equals(SIMT);
        return (simulated ? Probe.VARIABLE + "=" + SIMT + " " : "") + Program.name() + " verify " + defect.op() + " --shape " + defect.at()
                + " --backend " + (cuda ? "cuda" : "cpu") + kernels.map(k -> " --kernels " + k).orElse("");
    }

    /// What a report prints of `defect`.
    String line(Defect defect) {
        return defect.guard().flag() + ": " + defect.text() + "; repeat it with `" + again(defect) + "`";
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
