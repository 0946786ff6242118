package dev.fusedvae.run;

import dev.fusedvae.spec.FusionLevel;
import java.nio.file.Path;
import java.util.Optional;

/// How to run a training. Backend and fusion level change its figures by rounding only; patience decides when it ends.
///
/// @param out      folder of the checkpoint and, after the last epoch, of the model; empty keeps everything in memory
/// @param start    how to begin in `out`
/// @param patience stop after this many epochs without a better test ELBO, and keep the best parameters; 0 never stops
/// @param minDelta by how many nats the test ELBO must rise to count as better
public record RunOptions(BackendChoice backend, FusionLevel fusion, Optional<Path> out, Start start, int patience,
                         double minDelta) {

    /// How a run begins in its folder.
    public enum Start {
        /// Anew, in a folder that holds neither the model nor the unfinished training of another run.
        NEW,
        /// From the checkpoint there.
        RESUME,
        /// Anew, whatever the folder holds: its checkpoint and in the end its model are replaced.
        REPLACE
    }

    public RunOptions {
        if (patience < 0) {
            throw new IllegalArgumentException("patience must be >= 0 epochs (0 never stops early), got " + patience);
        }
        if (!(minDelta >= 0 && Double.isFinite(minDelta))) {
            throw new IllegalArgumentException("the smallest improvement must be a finite number of nats >= 0, got " + minDelta);
        }
        if (start == Start.RESUME && out.isEmpty()) {
            throw new IllegalArgumentException("to resume, name the folder that holds the checkpoint");
        }
    }

    /// Backend auto, everything fused, in memory, no early stopping.
    public static RunOptions defaults() {
        return new RunOptions(BackendChoice.auto(), FusionLevel.LAYER, Optional.empty(), Start.NEW, 0, 0);
    }

    public RunOptions withBackend(BackendChoice choice) {
        return new RunOptions(choice, fusion, out, start, patience, minDelta);
    }

    public RunOptions withFusion(FusionLevel level) {
        return new RunOptions(backend, level, out, start, patience, minDelta);
    }

    public RunOptions withOut(Path folder) {
        return new RunOptions(backend, fusion, Optional.of(folder), Start.NEW, patience, minDelta);
    }

    /// Continues from the checkpoint in `folder`.
    public RunOptions resuming(Path folder) {
        return new RunOptions(backend, fusion, Optional.of(folder), Start.RESUME, patience, minDelta);
    }

    /// Starts anew in `folder`, whatever it holds.
    public RunOptions replacing(Path folder) {
        return new RunOptions(backend, fusion, Optional.of(folder), Start.REPLACE, patience, minDelta);
    }

    /// Whether the run goes on from a checkpoint.
    public boolean resume() {
        return start == Start.RESUME;
    }

    public RunOptions withPatience(int epochs) {
        return new RunOptions(backend, fusion, out, start, epochs, minDelta);
    }

    public RunOptions withMinDelta(double nats) {
        return new RunOptions(backend, fusion, out, start, patience, nats);
    }
}
