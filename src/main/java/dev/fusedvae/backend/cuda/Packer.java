package dev.fusedvae.backend.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Packs the kernels into the classes of the jar: sources always, images where nvcc is found. Run by the build.
final class Packer {
    private Packer() {}

    /// @param args the folder `kernels`, where compiled kernels are kept, and the folder of the classes
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
    static Packed pack(KernelFolder kernels, Path compiled, Path to, Map<String, String> environment) throws IOException {
        KernelCache.remove(to);
        List<String> index = new ArrayList<>();
        for (String path : Packed.sources(kernels.root())) {
            copy(kernels.root().resolve(path), to.resolve("sources").resolve(path));
            index.add("source\t" + path);
        }
        if (Tool.find("nvcc", environment).isPresent()) {
            compile(kernels, compiled);
            for (KernelSource.Variant variant : new Variants(kernels, Architecture.of("sm_80"), Map.of()).all()) {
                images(kernels, variant, compiled, to).forEach(entry -> index.add(entry.line()));
            }
        }
        Path list = Files.write(to.resolve(Packed.INDEX), index);
        return Packed.read(list.toUri().toURL());
    }

    private static void compile(KernelFolder kernels, Path compiled) {
        Tool.Result result = new Tool(kernels.root().resolve("compile.sh")).run(List.of(compiled.toString()));
        if (!result.ok()) {
            throw new IllegalStateException("the kernels do not compile:\n" + result.output());
        }
    }

    private static List<Packed.Entry> images(KernelFolder kernels, KernelSource.Variant variant, Path compiled, Path to) throws IOException {
        String digest = Images.digest(kernels, variant, false);
        List<Packed.Entry> entries = new ArrayList<>();
        for (String architecture : Architecture.PACKED) {
            entries.add(new Packed.Entry(variant.name(), digest, architecture, "images/" + variant.name() + "." + architecture + ".cubin"));
        }
        entries.add(new Packed.Entry(variant.name(), digest, Architecture.PACKED_PTX, "images/" + variant.name() + "." + Architecture.PACKED_PTX + ".ptx"));
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
