package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.BackendUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Compiles a kernel for one architecture, once for every set of source, headers, options and compiler.
final class Compiler {
    static final String SIMT = "simt";
    /// g++ contracts a·b+c by default, which would change the noise; the rest keeps a module's state out of the module.
    private static final List<String> SIMT_OPTIONS = List.of("-DFVAE_SIMT", "-x", "c++", "-std=c++20", "-O2", "-fPIC", "-shared",
            "-ffp-contract=off", "-mfma", "-fno-gnu-unique", "-fvisibility=hidden");

    private static final int LONGEST_NAME = 100;

    private final KernelFolder kernels;
    private final KernelCache cache;
    private final String architecture;
    private final Tool tool;
    private final String version;
    /// Options for g++ beside the usual ones.
    private final List<String> flags;

    /// @throws BackendUnavailableException if the machine lacks the compiler for the architecture
    Compiler(KernelFolder kernels, String architecture, Map<String, String> environment) {
        this.kernels = kernels;
        this.architecture = architecture;
        cache = KernelCache.of(environment);
        String extra = environment.getOrDefault(SimtDriver.FLAGS, "").strip();
        flags = extra.isEmpty() ? List.of() : List.of(extra.split("\\s+"));
        String name = simt() ? "g++" : "nvcc";
        tool = Tool.find(name, environment).orElseThrow(() -> new BackendUnavailableException(
                "compiling the CUDA kernels for " + architecture + " needs " + name + ", which is not on the PATH; install it, or use cpu"));
        version = tool.version();
    }

    boolean simt() {
        return architecture.equals(SIMT);
    }

    /// The image of a kernel: a cubin, or a shared object for the SIMT device.
    ///
    /// @throws BackendUnavailableException if it does not compile
    Path compile(KernelSource source) {
        Set<Path> sources = new LinkedHashSet<>();
        source.variants().forEach(v -> sources.addAll(kernels.headers(v.entry(), simt())));
        source.variants().forEach(v -> sources.add(v.file()));
        List<String> texts = new ArrayList<>(List.of(source.name(), architecture, version));
        texts.addAll(options());
        String name = source.name().replaceAll("[^\\w]+", "-");
        String file = (name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name) + "-" + architecture + "-"
                + KernelCache.key(texts, List.copyOf(sources)) + (simt() ? ".so" : ".cubin");
        return cache.get(file, to -> make(source, to));
    }

    private List<String> options() {
        return simt() ? Stream.concat(SIMT_OPTIONS.stream(), flags.stream()).toList() : List.of("-cubin", "-arch=" + architecture, "-std=c++17", "-O3");
    }

    private void make(KernelSource source, Path to) {
        Path input = switch (source) {
            case KernelSource.Variant variant -> variant.file();
            case KernelSource.Phase phase -> written(phase, to.resolveSibling("phase.cu"));
        };
        List<String> arguments = new ArrayList<>(options());
        arguments.addAll(List.of("-I" + kernels.root(), "-I" + kernels.root().resolve("common"), "-o", to.toString(), input.toString()));
        Tool.Result result = tool.run(arguments);
        if (!result.ok()) {
            throw new BackendUnavailableException("kernel " + source.name() + " does not compile for " + architecture
                    + "; the messages of " + tool.path() + ":\n" + result.output().strip());
        }
    }

    private static Path written(KernelSource.Phase phase, Path file) {
        try {
            return Files.writeString(file, phase.text());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
