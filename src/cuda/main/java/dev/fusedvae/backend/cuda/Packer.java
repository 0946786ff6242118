package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.cuda.kernels.Architecture;
import dev.fusedvae.backend.cuda.kernels.Images;
import dev.fusedvae.backend.cuda.kernels.KernelCache;
import dev.fusedvae.backend.cuda.kernels.KernelFolder;
import dev.fusedvae.backend.cuda.kernels.KernelSource;
import dev.fusedvae.backend.cuda.kernels.Packed;
import dev.fusedvae.backend.cuda.kernels.Tool;
import dev.fusedvae.backend.cuda.kernels.Variants;
import dev.fusedvae.backend.cuda.lowering.StockPhases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Packs the kernels into the classes of the jar: always their sources, and their images if nvcc is found. The build runs it.
public final class Packer {
    private static final long PROGRESS_MILLIS = 10_000;

    private Packer() {}

    /// @param args the folder `kernels`, the folder in which compiled kernels are kept, and the folder of the classes
    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            throw new IllegalArgumentException("usage: Packer KERNELS COMPILED CLASSES");
        }
        long start = System.nanoTime();
        Packed packed = pack(new KernelFolder(Path.of(args[0]).toAbsolutePath().normalize()), Path.of(args[1]),
                Path.of(args[2]).resolve("dev/fusedvae/backend/cuda").resolve(Packed.FOLDER), System.getenv());
        System.out.printf("%d kernel sources are packed; %s (%.1f s)%n", packed.sources().size(), packed.entries().isEmpty()
                ? "images are left out, since there is no nvcc on the PATH: the jar will need nvcc or NVRTC" : packed.text(), (System.nanoTime() - start) / 1e9);
    }

    /// Writes everything under `to`, which is emptied first.
    public static Packed pack(KernelFolder kernels, Path compiled, Path to, Map<String, String> environment) throws IOException {
        KernelCache.remove(to);
        List<String> index = new ArrayList<>();
        for (String path : Packed.sources(kernels.root())) {
            copy(kernels.root().resolve(path), to.resolve("sources").resolve(path));
            index.add("source\t" + path);
        }
        if (Tool.find("nvcc", environment).isPresent()) {
            for (Map.Entry<KernelSource, String> image : compiled(kernels, compiled).entrySet()) {
                images(kernels, image.getKey(), image.getValue(), compiled, to).forEach(entry -> index.add(entry.line()));
            }
        }
        Path list = Files.write(to.resolve(Packed.INDEX), index);
        return Packed.read(list.toUri().toURL());
    }

    /// Compiles every variant, and the phases of [StockPhases], for all architectures into `to`; files that are newer than their
    /// sources are kept. Returns the path of each kernel there, without its ending.
    public static Map<KernelSource, String> compiled(KernelFolder kernels, Path to) throws IOException {
        Map<KernelSource, String> paths = new LinkedHashMap<>();
        new Variants(kernels, Architecture.of("sm_80"), Map.of()).all().forEach(variant -> paths.put(variant, variant.name()));
        for (KernelSource.Phase phase : StockPhases.of(kernels)) {
            String path = "phase/" + KernelCache.key(List.of(phase.name()), List.of());
            Path file = to.resolve(path + ".cu");
            if (!Files.exists(file) || !Files.readString(file).equals(phase.text())) {
                Files.createDirectories(file.getParent());
                Files.writeString(file, phase.text());
            }
            paths.put(phase, path);
        }
        List<String> arguments = new ArrayList<>(List.of(to.toString()));
        paths.values().forEach(path -> arguments.add(path + ".cu"));
        Thread progress = progress(paths.values().stream().map(path -> to.resolve(path + ".fatbin")).toList());
        try {
            Tool.Result result = new Tool(kernels.root().resolve("compile.sh")).run(arguments,
                    Map.of("JOBS", String.valueOf(Runtime.getRuntime().availableProcessors())));
            if (!result.ok()) {
                throw new IllegalStateException("the kernels do not compile:\n" + result.output());
            }
        } finally {
            progress.interrupt();
        }
        return paths;
    }

    /// Prints to stderr from time to time how many of `files` exist, because compiling all of them takes minutes.
    private static Thread progress(List<Path> files) {
        long start = System.nanoTime();
        return Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Thread.sleep(PROGRESS_MILLIS);
                    System.err.printf("packing kernels: %d of %d compiled, %d s%n", files.stream().filter(Files::exists).count(), files.size(),
                            (System.nanoTime() - start) / 1_000_000_000);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // compiling has ended
            }
        });
    }

    private static List<Packed.Entry> images(KernelFolder kernels, KernelSource source, String path, Path compiled, Path to) throws IOException {
        String digest = Images.digest(kernels, source, false);
        List<Packed.Entry> entries = new ArrayList<>();
        for (String architecture : Architecture.PACKED) {
            entries.add(new Packed.Entry(source.name(), digest, architecture, "images/" + path + "." + architecture + ".cubin"));
        }
        entries.add(new Packed.Entry(source.name(), digest, Architecture.PACKED_PTX, "images/" + path + "." + Architecture.PACKED_PTX + ".ptx"));
        for (Packed.Entry entry : entries) {
            copy(compiled.resolve(entry.path().substring("images/".length())), to.resolve(entry.path()));
        }
        return entries;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
}
