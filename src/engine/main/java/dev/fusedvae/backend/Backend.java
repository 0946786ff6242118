package dev.fusedvae.backend;

import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.FusionLevel;
import java.util.List;

/// Runs plans, on one kind of device.
public interface Backend extends AutoCloseable {

    /// `reference`, `cpu` or `cuda`.
    String name();

    /// The device that does the arithmetic, in words; every result states it.
    String device();

    /// The number of threads that do the arithmetic, including the caller's.
    default int threads() {
        return 1;
    }

    /// The highest fusion level it has kernels for.
    default FusionLevel highestLevel() {
        return FusionLevel.LAYER;
    }

    /// The kernel variants between which it can choose for an op, such as `1_naive`, the best last; empty if it has no choice.
    ///
    /// @param op the label of its [dev.fusedvae.fuse.Kind]
    default List<String> variants(String op) {
        return List.of();
    }

    /// Whether its times mean anything; those of a simulated device, or of the deliberately slow reference, do not.
    default boolean timed() {
        return true;
    }

    /// What a user should know about the choices that it was given, one line each.
    default List<String> notes() {
        return List.of();
    }

    /// The fusion rules for plans that this backend is to run at `level`, within its [dev.fusedvae.fuse.Budget].
    ///
    /// @throws IllegalArgumentException if its choices do not work at `level`
    default Fusion fusion(FusionLevel level) {
        return Fusion.of(level);
    }

    /// The fusion rules for the plans that this backend runs fastest, for training and for inference.
    default Fusion fusion() {
        return fusion(highestLevel());
    }

    /// Lowers `plan`: chooses layouts, allocates everything, and binds it to `feed`. Parameters and state start at zero.
    Executable load(Plan plan, Feed feed);

    @Override
    void close();
}
