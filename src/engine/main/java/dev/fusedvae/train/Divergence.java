package dev.fusedvae.train;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.DivergedException;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.run.TrainingDiverged;
import dev.fusedvae.spec.FusionLevel;
import java.nio.file.Path;
import java.util.Optional;

/// Names the op that made a training diverge: repeats the steps since the last snapshot unfused, then checks every slot.
///
/// @param remedies what helps this kind of training beside a lower learning rate, as it goes on after `lower the learning rate (R)`
record Divergence(Backend backend, Graph graph, Feed.Training feed, String remedies) {
    /// Rounding differs between fusion levels, so the repetition may need a few steps more.
    private static final int STEPS_BEYOND = 8;

    /// Parameters and optimizer state before step `step`.
    record Snapshot(long step, Parameters parameters, Parameters state) {
        void write(Executable executable, Graph graph) {
            parameters.write(executable, graph.tensors(Tensor.Role.PARAMETER));
            state.write(executable, graph.tensors(Tensor.Role.STATE));
        }
    }

    /// The exception to throw for `cause`; `out` is the folder with the last good checkpoint.
    TrainingDiverged explain(Snapshot snapshot, DivergedException cause, Optional<Path> out) {
        StepTable table = feed.table();
        Optional<String> where = locate(snapshot, cause.step());
        int epoch = Math.toIntExact(cause.step() / table.stepsPerEpoch()) + 1;
        String message = "training diverged at step %d, epoch %d: %s; lower the learning rate (%s)%s%s"
                .formatted(cause.step(), epoch,
                        where.map(w -> w + " with a NaN or an infinity").orElse("the loss is not finite, though it stays finite without fusion"),
                        table.train().optimizer().learningRate(), remedies,
                        out.map(folder -> "; the last good checkpoint is " + folder.resolve(Checkpoint.FILE)).orElse(""));
        return new TrainingDiverged(message, cause.step(), epoch, where.orElse(""), cause);
    }

    private Optional<String> locate(Snapshot snapshot, long failed) {
        Plan plan = Plan.of(graph, FusionLevel.NONE, feed.table().train().batchSize());
        try (Executable unfused = backend.load(plan, feed)) {
            snapshot.write(unfused, graph);
            long step = snapshot.step();
            // A parameter may have become infinite in the step before the loss did.
            long suspect = Math.max(step, failed - 2);
            try {
                for (; step < suspect; step++) {
                    unfused.run(step, 1, new double[0]);
                }
            } catch (DivergedException earlier) {
                return locate(snapshot, earlier.step());
            }
            for (; step <= failed + STEPS_BEYOND; step++) {
                Optional<String> found = unfused.runChecked(step);
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }
    }
}
