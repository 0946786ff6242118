package dev.fusedvae.run;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// How the cuda backend runs. None of it changes what is computed; variants and vendor libraries may round differently, and the
/// vendor's noise is a different random stream.
///
/// @param launcher the library through which kernels are launched
/// @param replay   whether steps are captured into a graph once and replayed, or launched one by one
/// @param vendor   work that NVIDIA's libraries do instead of our kernels; possible at fusion levels none and epilogue
/// @param kernels  a folder laid out like `kernels/`, whose variants are added to the built-in ones
/// @param variants the variant to take for an op: `linear_bias_act` → `1_naive`; any other op gets the best variant that fits
public record CudaChoice(Launcher launcher, Replay replay, Set<Vendor> vendor, Optional<Path> kernels, Map<String, String> variants) {

    /// JCuda (over JNI), or Java's foreign function interface.
    public enum Launcher { JCUDA, FFM }

    /// Steps captured into a CUDA graph and replayed, or kernels launched one by one into a stream.
    public enum Replay { GRAPH, STREAM }

    /// The work that a vendor library can do: matrix products (cuBLAS), latent noise (cuRAND).
    public enum Vendor {
        GEMM, NOISE;

        /// `cublas` or `curand`.
        public String library() {
            return switch (this) {
                case GEMM -> "cublas";
                case NOISE -> "curand";
            };
        }

        public String flag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Launched by JCuda, captured into graphs, no vendor library, the built-in kernels.
    public static final CudaChoice DEFAULT = new CudaChoice(Launcher.JCUDA, Replay.GRAPH, Set.of(), Optional.empty(), Map.of());

    public CudaChoice {
        vendor = vendor.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(vendor));
        variants = Map.copyOf(variants);
    }

    /// `gemm,noise`, or nothing.
    public String vendorFlags() {
        return vendor.stream().sorted().map(Vendor::flag).collect(Collectors.joining(","));
    }

    public CudaChoice withLauncher(Launcher value) {
        return new CudaChoice(value, replay, vendor, kernels, variants);
    }

    public CudaChoice withReplay(Replay value) {
        return new CudaChoice(launcher, value, vendor, kernels, variants);
    }

    public CudaChoice withVendor(Set<Vendor> value) {
        return new CudaChoice(launcher, replay, value, kernels, variants);
    }

    public CudaChoice withKernels(Path folder) {
        return new CudaChoice(launcher, replay, vendor, Optional.of(folder), variants);
    }

    public CudaChoice withVariants(Map<String, String> value) {
        return new CudaChoice(launcher, replay, vendor, kernels, value);
    }
}
