package dev.fusedvae.backend;

import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.run.CudaChoice.Vendor;
import dev.fusedvae.spec.FusionLevel;
import java.util.Set;

/// The fusion rules that remain when NVIDIA's libraries do part of the work: a call that a library runs cannot be fused.
public final class VendorFusion {
    private VendorFusion() {}

    /// The calls that `part` computes.
    public static Set<Kind> does(Vendor part) {
        return switch (part) {
            case GEMM -> Set.of(Kind.LINEAR, Kind.LINEAR_BACKWARD_DATA, Kind.LINEAR_BACKWARD_WEIGHT);
            case NOISE -> Set.of(Kind.NOISE);
        };
    }

    /// The fused calls that a plan for `part` must not have, because they contain calls that `part` computes.
    public static Set<Kind> insteadOf(Vendor part) {
        return switch (part) {
            case GEMM -> Set.of(Kind.LINEAR_BIAS_ACT, Kind.LINEAR_BIAS_ACT_SAMPLE, Kind.TRANSPOSED_BIAS_ACT_SAMPLE,
                    Kind.LINEAR_BACKWARD_DATA_ACT, Kind.LINEAR_BACKWARD_WEIGHT_BIAS);
            case NOISE -> Set.of(Kind.REPARAM_KL);
        };
    }

    /// The fusion rules of plans for `choice` at `level`.
    ///
    /// @throws IllegalArgumentException if `choice` has vendor parts and `level` is layer
    public static Fusion of(CudaChoice choice, FusionLevel level) {
        if (!choice.vendor().isEmpty() && level == FusionLevel.LAYER) {
            throw new IllegalArgumentException("vendor " + choice.vendorFlags() + " works at fusion none or epilogue: at layer, products and noise"
                    + " are inside larger kernels that no vendor library has");
        }
        Fusion fusion = Fusion.of(level);
        for (Vendor part : choice.vendor()) {
            fusion = fusion.without(level == FusionLevel.NONE ? Set.of() : insteadOf(part));
        }
        return fusion;
    }
}
