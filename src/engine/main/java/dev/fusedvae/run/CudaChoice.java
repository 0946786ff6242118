package dev.fusedvae.run;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// How the cuda backend runs; results are the same, up to rounding where vendor libraries take part.
///
/// @param launcher the library through which kernels are launched
/// @param replay   whether steps are captured into a graph once and replayed, or launched one by one
/// @param vendor   parts that NVIDIA's libraries do instead of our kernels; levels none and epilogue only
/// @param kernels  a folder shaped like `kernels/` whose variants count beside the built-in ones
/// @param variants the variant to take, by op: `linear_bias_act` → `1_naive`; ops without one get the best that fits
public record CudaChoice(Launcher launcher, Replay replay, Set<Vendor> vendor, Optional<Path> kernels, Map<String, String> variants) {

    /// JCuda's JNI, or Panama's foreign function interface.
    public enum Launcher { JCUDA, FFM }

    public enum Replay { GRAPH, STREAM }

    /// What a vendor library can do: matrix products (cuBLAS), latent noise (cuRAND).
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

    /// JCuda, graphs, own kernels.
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
