package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.BackendUnavailableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Compiles a kernel for one architecture, once for every set of source, headers, options and compiler.
final class Compiler {
    static final String SIMT = "simt";
    /// g++ contracts a·b+c by default, which would change the noise; the rest keeps a module's state out of the module.
    private static final List<String> SIMT_OPTIONS = List.of("-DFVAE_SIMT", "-x", "c++", "-std=c++20", "-O2", "-fPIC", "-shared",
            "-ffp-contract=off", "-mfma", "-fno-gnu-unique", "-fvisibility=hidden");

    private final KernelFolder kernels;
    private final KernelCache cache;
    private final String architecture;
    private final Tool tool;
    private final String version;

    /// @throws BackendUnavailableException if the machine lacks the compiler for the architecture
    Compiler(KernelFolder kernels, String architecture, Map<String, String> environment) {
        this.kernels = kernels;
        this.architecture = architecture;
        cache = KernelCache.of(environment);
        String name = simt() ? "g++" : "nvcc";
        tool = Tool.find(name, environment).orElseThrow(() -> new BackendUnavailableException(
                "compiling the CUDA kernels for " + architecture + " needs " + name + ", which is not on the PATH; install it, or use cpu"));
        version = tool.version();
    }

    boolean simt() {
        return architecture.equals(SIMT);
    }

    /// The image of a variant: a cubin, or a shared object for the SIMT device.
    ///
    /// @throws BackendUnavailableException if it does not compile
    Path compile(String op, Path variant) {
        List<Path> sources = new ArrayList<>(kernels.headers(op, simt()));
        sources.add(variant);
        List<String> texts = new ArrayList<>(List.of(op, architecture, version));
        texts.addAll(options());
        String name = op + "-" + variant.getFileName().toString().replace(".cu", "") + "-" + architecture + "-"
                + KernelCache.key(texts, sources) + (simt() ? ".so" : ".cubin");
        return cache.get(name, to -> make(op, variant, to));
    }

    private List<String> options() {
        return simt() ? SIMT_OPTIONS : List.of("-cubin", "-arch=" + architecture, "-std=c++17", "-O3");
    }

    private void make(String op, Path variant, Path to) {
        List<String> arguments = new ArrayList<>(options());
        arguments.addAll(List.of("-I" + kernels.root(), "-I" + kernels.root().resolve("common"), "-o", to.toString(), variant.toString()));
        Tool.Result result = tool.run(arguments);
        if (!result.ok()) {
            throw new BackendUnavailableException("kernel " + op + "/" + variant.getFileName() + " does not compile for " + architecture
                    + "; the messages of " + tool.path() + ":\n" + result.output().strip());
        }
    }
}
