package dev.fusedvae.backend.cuda.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// NVIDIA's run-time compiler, called through the foreign function interface; it needs no GPU and no toolkit headers.
/// Source: NVRTC documentation, "User Interface".
public final class Nvrtc implements Compiler {
    /// The environment variable that names the folder of libnvrtc, if it is not on the loader's path.
    static final String VARIABLE = "FVAE_NVRTC";
    private static final List<String> NAMES = List.of("libnvrtc.so.13", "libnvrtc.so.12");

    private final SymbolLookup library;
    private final Architecture architecture;
    private final String place;
    private final String version;

    private Nvrtc(SymbolLookup library, String place, Architecture architecture) {
        this.library = library;
        this.place = place;
        this.architecture = architecture;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment major = arena.allocate(JAVA_INT);
            MemorySegment minor = arena.allocate(JAVA_INT);
            check("nvrtcVersion", call("nvrtcVersion", major, minor));
            version = major.get(JAVA_INT, 0) + "." + minor.get(JAVA_INT, 0);
        }
    }

    /// The library in the folder that [#VARIABLE] names, else on the loader's path, else in `$CUDA_HOME/lib64`.
    public static Optional<Compiler> find(Architecture architecture, Map<String, String> environment) {
        String named = environment.getOrDefault(VARIABLE, "");
        if (!named.isBlank()) {
            return in(Path.of(named), architecture);
        }
        for (String name : NAMES) {
            Optional<SymbolLookup> library = load(name);
            if (library.isPresent()) {
                return Optional.of(new Nvrtc(library.get(), name, architecture));
            }
        }
        return Stream.of("CUDA_HOME", "CUDA_PATH").map(key -> environment.getOrDefault(key, "")).filter(v -> !v.isBlank())
                .flatMap(home -> in(Path.of(home, "lib64"), architecture).stream()).findFirst();
    }

    /// Loads the library of its builtins first: libnvrtc searches for it by name only, and so finds the one that is loaded already.
    private static Optional<Compiler> in(Path folder, Architecture architecture) {
        for (String name : NAMES) {
            Path file = folder.resolve(name).toAbsolutePath();
            if (Files.isRegularFile(file)) {
                builtins(folder, name.substring(name.lastIndexOf('.') + 1)).forEach(path -> load(path.toAbsolutePath().toString()));
                return load(file.toString()).map(library -> new Nvrtc(library, file.toString(), architecture));
            }
        }
        return Optional.empty();
    }

    private static List<Path> builtins(Path folder, String major) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().startsWith("libnvrtc-builtins.so." + major)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    @SuppressWarnings("restricted") // a compiler is native code
    private static Optional<SymbolLookup> load(String name) {
        try {
            return Optional.of(name.startsWith("/") ? SymbolLookup.libraryLookup(Path.of(name), Arena.global())
                    : SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // the loader finds no library of that name
        }
    }

    @Override
    public String text() {
        return "NVRTC " + version + " (" + place + ")";
    }

    @Override
    public List<String> identity() {
        return List.of("NVRTC", version, String.join(" ", options(List.of())));
    }

    private List<String> options(List<Path> includes) {
        List<String> options = new ArrayList<>(List.of("--gpu-architecture=" + architecture.name()));
        Images.OPTIONS.stream().filter(o -> !o.startsWith("-O")).forEach(options::add); // NVRTC has no option -O; it always optimizes like -O3
        includes.forEach(folder -> options.add("-I" + folder));
        return options;
    }

    @Override
    public void compile(String name, Path input, List<Path> includes, Path to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(ADDRESS);
            MemorySegment text = arena.allocateFrom(Files.readString(input));
            check(name, call("nvrtcCreateProgram", handle, text, arena.allocateFrom(input.toString()), 0, MemorySegment.NULL, MemorySegment.NULL));
            MemorySegment program = handle.get(ADDRESS, 0);
            try {
                List<Path> folders = new ArrayList<>(List.of(input.toAbsolutePath().getParent()));
                folders.addAll(includes);
                Files.write(to, image(name, program, options(folders), arena));
            } finally {
                call("nvrtcDestroyProgram", handle);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot compile " + input + " to " + to, e);
        }
    }

    private byte[] image(String name, MemorySegment program, List<String> options, Arena arena) {
        MemorySegment list = arena.allocate(ADDRESS, options.size());
        for (int i = 0; i < options.size(); i++) {
            list.setAtIndex(ADDRESS, i, arena.allocateFrom(options.get(i)));
        }
        if (call("nvrtcCompileProgram", program, options.size(), list) != 0) {
            byte[] log = result("nvrtcGetProgramLog", program, name, arena);
            throw Compiler.failed(name, architecture, text(), new String(log, 0, Math.max(0, log.length - 1), java.nio.charset.StandardCharsets.UTF_8));
        }
        return result("nvrtcGetCUBIN", program, name, arena);
    }

    /// The output of `function`, whose length `function`Size returns.
    private byte[] result(String function, MemorySegment program, String name, Arena arena) {
        MemorySegment size = arena.allocate(JAVA_LONG);
        check(name, call(function + "Size", program, size));
        MemorySegment bytes = arena.allocate(Math.max(1, size.get(JAVA_LONG, 0)));
        check(name, call(function, program, bytes));
        return bytes.asSlice(0, size.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
    }

    private void check(String what, int status) {
        if (status != 0) {
            throw new IllegalStateException("NVRTC failed at " + what + " with status " + status + "; use nvcc instead");
        }
    }

    @SuppressWarnings("restricted")
    private int call(String name, Object... arguments) {
        MemoryLayout[] types = Stream.of(arguments).map(a -> a instanceof Integer ? JAVA_INT : ADDRESS).toArray(MemoryLayout[]::new);
        MemorySegment symbol = library.find(name).orElseThrow(() -> new IllegalStateException(place + " lacks " + name + "; install another libnvrtc"));
        try {
            return (int) Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(JAVA_INT, types)).invokeWithArguments(arguments);
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) { // declared by method handles; a C function throws nothing
            throw new IllegalStateException(e);
        }
    }
}
