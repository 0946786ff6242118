package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.BackendUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;

/// The kernels of one device: found by op, compiled on first use, loaded once.
final class KernelLibrary implements AutoCloseable {

    /// A kernel ready to launch.
    record Kernel(KernelCard card, CUfunction function) {
        /// `linear_bias_act/2_tiled`
        String name() {
            return card.name();
        }
    }

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

    /// The kernels of these ops, by op; what must be compiled is compiled on all processors.
    ///
    /// @throws BackendUnavailableException if an op has no kernel, or one does not compile
    synchronized Map<String, Kernel> load(Collection<String> ops) {
        Map<String, Future<Path>> images = new HashMap<>();
        try (ExecutorService workers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            for (String op : new LinkedHashSet<>(ops)) {
                if (!kernels.containsKey(op)) {
                    Path variant = variant(op);
                    images.put(op, workers.submit(() -> compiler.compile(op, variant)));
                }
            }
        }
        images.forEach((op, image) -> kernels.put(op, kernel(op, finished(image))));
        return Map.copyOf(kernels);
    }

    /// The variant with the highest number: each rung is there because it beats the one below.
    private Path variant(String op) {
        List<Path> variants = folder.variants(op);
        if (variants.isEmpty()) {
            throw new BackendUnavailableException("the cuda backend has no kernel for " + op + " in " + folder.root() + "; use another fusion level or cpu");
        }
        return variants.getLast();
    }

    private Kernel kernel(String op, Path image) {
        KernelCard card = KernelCard.read(variant(op));
        if (!card.op().equals(op)) {
            throw new IllegalArgumentException("the card of " + variant(op) + " is that of " + card.op() + ", not of " + op);
        }
        try {
            CUmodule module = driver.module(Files.readAllBytes(image), card.name());
            modules.add(module);
            return new Kernel(card, driver.function(module, op));
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
