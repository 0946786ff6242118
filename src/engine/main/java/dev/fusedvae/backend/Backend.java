package dev.fusedvae.backend;

import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.FusionLevel;
import java.util.List;

/// Something that runs plans.
public interface Backend extends AutoCloseable {

    /// `reference`, `cpu` or `cuda`.
    String name();

    /// What runs the arithmetic, in words: it goes into every result.
    String device();

    /// Threads that run the arithmetic, the caller's included.
    default int threads() {
        return 1;
    }

    /// The highest fusion level it has kernels for.
    default FusionLevel highestLevel() {
        return FusionLevel.LAYER;
    }

    /// The kernel variants that it could take for an op, such as `1_naive`, best last; empty where it has but its one way.
    ///
    /// @param op the label of its [dev.fusedvae.fuse.Kind]
    default List<String> variants(String op) {
        return List.of();
    }

    /// Whether its times say anything: not those of a simulated device, nor of an oracle that is slow on purpose.
    default boolean timed() {
        return true;
    }

    /// What its choices bring with them that a user should know, a line each.
    default List<String> notes() {
        return List.of();
    }

    /// The rules for plans that it is to run at `level`, within what it can bear.
    ///
    /// @throws IllegalArgumentException if its choices do not work at `level`
    default Fusion fusion(FusionLevel level) {
        return Fusion.of(level);
    }

    /// The rules for plans that it is to run as fast as it can, training or not.
    default Fusion fusion() {
        return fusion(highestLevel());
    }

    /// Lowers `plan`: chooses layouts, allocates everything, and binds it to `feed`. Parameters and state start at zero.
    Executable load(Plan plan, Feed feed);

    @Override
    void close();
}
