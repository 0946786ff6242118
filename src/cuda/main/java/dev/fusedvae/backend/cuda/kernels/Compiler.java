package dev.fusedvae.backend.cuda.kernels;

import dev.fusedvae.run.BackendUnavailableException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes an image of a kernel's source.
public sealed interface Compiler permits ToolCompiler, Nvrtc {

    /// `nvcc` and where it is, in words.
    String text();

    /// Everything about the compiler that may change its output: version and options.
    List<String> identity();

    /// Compiles `input` to the file `to`.
    ///
    /// @param name     the kernel's name, for messages
    /// @param includes folders in which headers are searched after the folder of the including file
    /// @throws BackendUnavailableException with the compiler's messages if it does not compile
    void compile(String name, Path input, List<Path> includes, Path to);

    /// The compiler for `architecture` on this machine: g++ for the SIMT device; nvcc, else NVRTC, for GPUs.
    static Optional<Compiler> find(Architecture architecture, Map<String, String> environment) {
        if (architecture.simt()) {
            return Tool.find("g++", environment).map(tool -> new ToolCompiler(tool, architecture, environment));
        }
        Optional<Compiler> nvcc = Tool.find("nvcc", environment).map(tool -> new ToolCompiler(tool, architecture, environment));
        return nvcc.or(() -> Nvrtc.find(architecture, environment));
    }

    static BackendUnavailableException failed(String name, Architecture architecture, String compiler, String messages) {
        return new BackendUnavailableException("kernel " + name + " does not compile for " + architecture.name()
                + "; the messages of " + compiler + ":\n" + messages.strip());
    }
}
