package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.BackendUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;

/// The kernels of one device: chosen by op, compiled on first use, loaded once.
final class KernelLibrary implements AutoCloseable {

    /// A kernel ready to launch.
    ///
    /// @param name `linear_bias_act/2_tiled`
    record Kernel(String name, CUfunction function) {}

    private final Driver driver;
    private final KernelFolder folder;
    private final Compiler compiler;
    private final List<CUmodule> modules = new ArrayList<>();
    private final Map<String, Kernel> kernels = new HashMap<>();

    KernelLibrary(Driver driver, KernelFolder folder, Compiler compiler) {
        this.driver = driver;
        this.folder = folder;
        this.compiler = compiler;
    }

    /// These kernels, by name; what must be compiled is compiled on all processors.
    ///
    /// @throws BackendUnavailableException if one does not compile
    synchronized Map<String, Kernel> load(Collection<KernelSource> sources) {
        Map<KernelSource, Future<Path>> images = new LinkedHashMap<>();
        try (ExecutorService workers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            for (KernelSource source : new LinkedHashSet<>(sources)) {
                if (!kernels.containsKey(source.name())) {
                    images.put(source, workers.submit(() -> compiler.compile(source)));
                }
            }
        }
        images.forEach((source, image) -> kernels.put(source.name(), kernel(source, finished(image))));
        return Map.copyOf(kernels);
    }

    /// The variant of `op` with the highest number that is not for asking only: each rung is there because it beats the one
    /// below.
    ///
    /// @throws BackendUnavailableException if it has none
    KernelSource.Variant variant(String op) {
        List<Path> variants = folder.variants(op).stream().filter(v -> !KernelCard.read(v).byNameOnly()).toList();
        if (variants.isEmpty()) {
            throw new BackendUnavailableException("the cuda backend has no kernel for " + op + " in " + folder.root() + "; use another fusion level or cpu");
        }
        KernelCard card = KernelCard.read(variants.getLast());
        if (!card.op().equals(op)) {
            throw new IllegalArgumentException("the card of " + variants.getLast() + " is that of " + card.op() + ", not of " + op);
        }
        return new KernelSource.Variant(card, variants.getLast());
    }

    private Kernel kernel(KernelSource source, Path image) {
        try {
            CUmodule module = driver.module(Files.readAllBytes(image), source.name());
            modules.add(module);
            return new Kernel(source.name(), driver.function(module, source.entry()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the compiled kernel " + image, e);
        }
    }

    private static Path finished(Future<Path> image) {
        try {
            return image.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while kernels were compiled", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    @Override
    public synchronized void close() {
        modules.forEach(driver::unload);
        modules.clear();
        kernels.clear();
    }
}
