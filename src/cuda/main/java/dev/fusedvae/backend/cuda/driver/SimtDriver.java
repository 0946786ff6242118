package dev.fusedvae.backend.cuda.driver;

import dev.fusedvae.backend.cuda.kernels.KernelCache;
import dev.fusedvae.backend.cuda.kernels.KernelFolder;
import dev.fusedvae.backend.cuda.kernels.Tool;
import dev.fusedvae.backend.cuda.kernels.ToolCompiler;
import dev.fusedvae.run.BackendUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Loads the stand-in driver, whose device is the CPU; `kernels/simt/build.sh` builds it at its first use.
///
/// Its soname is `libcuda.so.1`, so after it is loaded by its path, JCuda's native library finds it under that name.
public final class SimtDriver {
    private static final String LIBRARY = "libcuda.so.1";
    private static final List<String> VENDOR = List.of("libcublas.so.12", "libcurand.so.10");
    private static final long MESSAGE_BYTES = 4096;
    /// The seed of random schedules.
    private static final long SEED = 1;

    private SimtDriver() {}

    /// Loads it into the process; must be called before JCuda is used for the first time. Empty if it succeeds.
    @SuppressWarnings("restricted") // a driver is native code
    static Optional<Probe.Outcome.Refused> load(Map<String, String> environment) {
        Optional<Tool> compiler = Tool.find("g++", environment);
        if (compiler.isEmpty()) {
            return Optional.of(new Probe.Outcome.Refused("the SIMT device needs g++, which is not on the PATH",
                    "install it ('apt install g++'), or use cpu"));
        }
        try {
            Path library = build(KernelFolder.find(KernelCache.of(environment)), compiler.get(), environment);
            System.load(library.toString());
            return Optional.empty();
        } catch (BackendUnavailableException e) {
            return Optional.of(new Probe.Outcome.Refused(e.getMessage(), "use cpu"));
        } catch (UnsatisfiedLinkError e) {
            return Optional.of(new Probe.Outcome.Refused("the SIMT device cannot be loaded: " + e.getMessage(), "use cpu"));
        }
    }

    /// Loads the stand-ins for cuBLAS and cuRAND, after [#load]; then the loader finds them under NVIDIA's names.
    @SuppressWarnings("restricted")
    public static void loadVendor(Map<String, String> environment) {
        Tool compiler = Tool.find("g++", environment).orElseThrow(() -> new BackendUnavailableException("the SIMT device needs g++, which is not on the PATH"));
        Path driver = build(KernelFolder.find(KernelCache.of(environment)), compiler, environment);
        VENDOR.forEach(library -> System.load(driver.resolveSibling(library).toString()));
    }

    /// The message of the stand-in's last failure; empty for another driver.
    public static Optional<String> message() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(MESSAGE_BYTES);
            FunctionDescriptor signature = FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
            return ask("fvae_simt_message", arena, signature, text, MESSAGE_BYTES).map(length -> text.getString(0)).filter(t -> !t.isEmpty());
        }
    }

    /// Calls a function of the stand-in; empty for another driver, or if no driver is loaded.
    @SuppressWarnings("restricted")
    private static Optional<Object> ask(String function, Arena arena, FunctionDescriptor signature, Object... arguments) {
        try {
            Optional<MemorySegment> symbol = SymbolLookup.libraryLookup(LIBRARY, arena).find(function);
            return symbol.isEmpty() ? Optional.empty()
                    : Optional.of(Linker.nativeLinker().downcallHandle(symbol.get(), signature).invokeWithArguments(arguments));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // no driver at all
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) { // declared by method handles; a C function throws nothing
            throw new IllegalStateException(e);
        }
    }

    /// A counter of the stand-in; empty for another driver.
    private static Optional<Long> count(String what) {
        try (Arena arena = Arena.ofConfined()) {
            return ask("fvae_simt_count", arena, FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS), arena.allocateFrom(what))
                    .map(Long.class::cast);
        }
    }

    /// Whether the loaded driver is the stand-in and was built with AddressSanitizer.
    public static boolean sanitized() {
        return count("sanitized").filter(yes -> yes == 1).isPresent();
    }

    /// Makes memory inside a buffer of the stand-in a guard zone, which no kernel may access.
    public static void guard(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            FunctionDescriptor signature = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
            Driver.check((int) ask("fvae_simt_guard", arena, signature, address, bytes).orElseThrow(), "fvae_simt_guard");
        }
    }

    /// The schedules of the stand-in, first the one that it starts with; empty for another driver.
    public static List<String> orders() {
        return count("sanitized").isEmpty() ? List.of()
                : Stream.concat(Stream.of(firstOrder()), Stream.of("forward", "reverse", "random")).distinct().toList();
    }

    private static String firstOrder() {
        return Optional.ofNullable(System.getenv("FVAE_SIMT_ORDER")).orElse("forward");
    }

    /// Sets the schedule of the stand-in to one of [#orders].
    public static void order(String name) {
        try (Arena arena = Arena.ofConfined()) {
            FunctionDescriptor signature = FunctionDescriptor.of(ValueLayout.JAVA_BOOLEAN, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
            ask("fvae_simt_schedule", arena, signature, arena.allocateFrom(name), SEED);
        }
    }

    /// The library, in a folder with the stand-ins for vendor libraries; it is built if the cache does not have it.
    public static Path build(KernelFolder kernels, Tool compiler, Map<String, String> environment) {
        Path simt = kernels.root().resolve("simt");
        String key = KernelCache.key(List.of(compiler.version(), environment.getOrDefault(ToolCompiler.SIMT_FLAGS, "")), sources(simt));
        Path folder = KernelCache.of(environment).get("simt-" + key, to -> make(simt.resolve("build.sh"), to, environment));
        return folder.resolve(LIBRARY).toAbsolutePath();
    }

    private static List<Path> sources(Path simt) {
        try (Stream<Path> files = Stream.concat(Files.list(simt), Files.list(simt.resolve("vendor")))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + simt, e);
        }
    }

    private static void make(Path script, Path folder, Map<String, String> environment) {
        Tool shell = Tool.find("sh", environment).orElseThrow(() -> new BackendUnavailableException("building the SIMT device needs sh on the PATH"));
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + folder, e);
        }
        Map<String, String> flags = Map.of(ToolCompiler.SIMT_FLAGS, environment.getOrDefault(ToolCompiler.SIMT_FLAGS, ""));
        for (String what : List.of("driver", "vendor")) {
            Tool.Result result = shell.run(List.of(script.toString(), what, folder.toString()), flags);
            if (!result.ok()) {
                throw new BackendUnavailableException("the SIMT device could not be built; the messages of " + script + ":\n" + result.output().strip());
            }
        }
    }
}
