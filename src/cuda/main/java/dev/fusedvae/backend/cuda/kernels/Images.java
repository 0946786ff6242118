package dev.fusedvae.backend.cuda.kernels;

import dev.fusedvae.run.BackendUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The images of kernels for one architecture, from the first of these sources that has one: packed by the build, kept in the cache,
/// compiled now.
public final class Images {
    /// The options of nvcc for all kernels; `kernels/compile.sh` has the same.
    static final List<String> OPTIONS = List.of("-std=c++17", "-O3");

    private static final int LONGEST_NAME = 100;

    /// Where an image came from.
    public enum Origin {
        PACKED("packed in the jar"), PACKED_PTX("packed in the jar as PTX, compiled by the driver"), KEPT("compiled before"), COMPILED("compiled now");

        private final String text;

        Origin(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /// @param where its file, or its name in the jar
    public record Image(byte[] bytes, Origin origin, String where) {
        public Image {
            if (bytes.length == 0) {
                throw new BackendUnavailableException("the image of a kernel in " + where + " is empty; remove it and start again");
            }
        }
    }

    private final KernelFolder folder;
    private final Architecture architecture;
    private final Packed packed;
    private final KernelCache cache;
    private final Optional<Compiler> compiler;

    public Images(KernelFolder folder, Architecture architecture, Packed packed, Map<String, String> environment) {
        this.folder = folder;
        this.architecture = architecture;
        this.packed = packed;
        cache = KernelCache.of(environment);
        compiler = Compiler.find(architecture.target(), environment);
    }

    /// A digest of everything that determines the image of a kernel, apart from the machine: sources, headers, options.
    public static String digest(KernelFolder folder, KernelSource source, boolean simt) {
        return KernelText.of(folder, source, simt).digest(simt ? List.of() : OPTIONS);
    }

    /// The image of a kernel: a cubin, PTX, or a shared object for the SIMT device.
    ///
    /// @throws BackendUnavailableException if there is no image and no compiler, or the kernel does not compile
    public Image of(KernelSource source) {
        String digest = digest(folder, source, architecture.simt());
        Optional<Image> there = architecture.simt() ? Optional.empty() : packed.image(source.name(), digest, architecture);
        if (there.isPresent()) {
            return there.get();
        }
        String stem = stem(source) + "-" + architecture.target().name() + "-" + digest + "-";
        if (compiler.isEmpty()) {
            return cache.startingWith(stem).map(file -> read(file, Origin.KEPT)).orElseThrow(() -> missing(source));
        }
        String file = stem + KernelCache.key(compiler.get().identity(), List.of()).substring(0, 16) + (architecture.simt() ? ".so" : ".cubin");
        Origin origin = cache.has(file) ? Origin.KEPT : Origin.COMPILED;
        return read(cache.get(file, to -> make(source, compiler.get(), to)), origin);
    }

    private static String stem(KernelSource source) {
        String name = source.name().replaceAll("[^\\w]+", "-");
        return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
    }

    private static Image read(Path file, Origin origin) {
        try {
            return new Image(Files.readAllBytes(file), origin, file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the compiled kernel " + file, e);
        }
    }

    private BackendUnavailableException missing(KernelSource source) {
        return new BackendUnavailableException("there is no image of kernel " + source.name() + " for " + architecture.name() + ": "
                + packed.text() + ", and no compiler is here; " + remedy(architecture));
    }

    /// What the user can do if there is no image.
    public static String remedy(Architecture architecture) {
        return architecture.simt() ? "install g++, or use cpu"
                : "put nvcc on the PATH, or libnvrtc.so.13 or .12 on the loader's path (or name its folder by " + Nvrtc.VARIABLE + "), or use cpu";
    }

    private void make(KernelSource source, Compiler by, Path to) {
        Path input = switch (source) {
            case KernelSource.Variant variant -> variant.file();
            case KernelSource.Phase phase -> written(phase.text(), to.resolveSibling("phase.cu"));
            case KernelSource.Written own -> written(own.text(), to.resolveSibling(own.entry() + ".cu"));
        };
        by.compile(source.name(), input, List.of(folder.root(), folder.root().resolve("common")), to);
    }

    private static Path written(String text, Path file) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
