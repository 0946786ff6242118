package dev.fusedvae.backend.cuda.driver;

import dev.fusedvae.backend.cuda.kernels.Cubin;
import dev.fusedvae.backend.cuda.kernels.Images;
import dev.fusedvae.backend.cuda.kernels.KernelSource;
import dev.fusedvae.backend.cuda.kernels.Variants;
import dev.fusedvae.run.BackendUnavailableException;
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

/// The kernels of one device: chosen by op, compiled at their first use, and loaded once.
public final class KernelLibrary implements AutoCloseable {

    /// A kernel ready to launch.
    ///
    /// @param name `linear_bias_act/2_tiled`
    public record Kernel(String name, CUfunction function) {}

    private final Driver driver;
    private final Variants variants;
    private final Images images;
    private final List<CUmodule> modules = new ArrayList<>();
    private final Map<String, Kernel> kernels = new HashMap<>();

    public KernelLibrary(Driver driver, Variants variants, Images images) {
        this.driver = driver;
        this.variants = variants;
        this.images = images;
    }

    /// Loads these kernels, by name; those that must be compiled are compiled on all processors.
    ///
    /// @throws BackendUnavailableException if one does not compile
    public synchronized Map<String, Kernel> load(Collection<KernelSource> sources) {
        Map<KernelSource, Future<Images.Image>> made = new LinkedHashMap<>();
        try (ExecutorService workers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            for (KernelSource source : new LinkedHashSet<>(sources)) {
                if (!kernels.containsKey(source.name())) {
                    made.put(source, workers.submit(() -> images.of(source)));
                }
            }
        }
        made.forEach((source, image) -> kernels.put(source.name(), kernel(source, finished(image))));
        return Map.copyOf(kernels);
    }

    /// The names of the variants of `op`, lowest number first.
    public List<String> variants(String op) {
        return variants.of(op).stream().map(v -> v.card().variant()).toList();
    }

    /// The variant that a call runs on.
    public Variants variants() {
        return variants;
    }

    private Kernel kernel(KernelSource source, Images.Image image) {
        if (Cubin.is(image.bytes())) {
            variants.structs().check(source, Cubin.read(image.bytes(), source.entry()));
        }
        CUmodule module = driver.module(image, source.name());
        modules.add(module);
        return new Kernel(source.name(), driver.function(module, source.entry()));
    }

    private static Images.Image finished(Future<Images.Image> image) {
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
