package dev.fusedvae.train;

import dev.fusedvae.io.IoFailure;
import dev.fusedvae.json.Fields;
import dev.fusedvae.json.JsonObject;
import dev.fusedvae.run.EpochMetrics;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Where a training stands: what a [Checkpoint] holds beside values.
sealed interface Progress {

    /// Optimizer steps done.
    long step();

    /// Whether the best parameters so far are kept beside the last.
    boolean keepsBest();

    /// As [#read] of the same kind takes it; every double comes back with the same bits.
    JsonObject json();

    /// Refuses to go on to a moment that lies before this one.
    ///
    /// @throws IoFailure which names the checkpoint in `folder`
    default void refuseBeyond(Path folder, int stepsPerEpoch, int epochs) {
        if (step() > (long) stepsPerEpoch * epochs) {
            throw new IoFailure("cannot resume from %s: %s of its epochs are done, but only %d were asked for; ask for more"
                    .formatted(folder.resolve(Checkpoint.FILE), (double) step() / stepsPerEpoch, epochs));
        }
    }

    /// Of a [Trainer].
    ///
    /// @param reconstruction Σ log p(x|z) over the steps of the unfinished epoch
    /// @param kl             Σ KL over them
    /// @param nanos          time in them
    /// @param bestElbo       the best test ELBO so far, where the run stops early
    /// @param bestEpoch      its epoch, or 0
    record OfVae(long step, double reconstruction, double kl, long nanos, List<EpochMetrics> history,
                 Optional<Double> bestElbo, int bestEpoch) implements Progress {

        static OfVae read(Fields f) {
            return new OfVae(f.wholeLong("step"), f.number("reconstruction"), f.number("kl"), f.wholeLong("nanos"),
                    HistoryJson.epochs(f, "history"), f.has("bestElbo") ? Optional.of(f.number("bestElbo")) : Optional.empty(),
                    f.whole("bestEpoch"));
        }

        @Override
        public boolean keepsBest() {
            return bestEpoch > 0;
        }

        @Override
        public JsonObject json() {
            JsonObject node = new JsonObject();
            node.put("step", step);
            node.put("reconstruction", reconstruction);
            node.put("kl", kl);
            node.put("nanos", nanos);
            bestElbo.ifPresent(elbo -> node.put("bestElbo", elbo));
            node.put("bestEpoch", bestEpoch);
            node.put("history", HistoryJson.of(history));
            return node;
        }
    }

    /// Of an [RbmTrainer].
    ///
    /// @param reconstruction Σ log p(v|h) over the steps of the unfinished epoch
    /// @param nanos          time in them
    record OfRbm(long step, double reconstruction, long nanos, List<RbmTrainer.Epoch> history) implements Progress {

        static OfRbm read(Fields f) {
            return new OfRbm(f.wholeLong("step"), f.number("reconstruction"), f.wholeLong("nanos"),
                    f.list("history", node -> Optional.of(epoch(new Fields(node, f.where() + ": history"))), "a list of epochs"));
        }

        private static JsonObject json(RbmTrainer.Epoch epoch) {
            return new JsonObject().put("epoch", epoch.epoch()).put("reconstruction", epoch.reconstruction()).put("seconds", epoch.seconds());
        }

        private static RbmTrainer.Epoch epoch(Fields f) {
            return new RbmTrainer.Epoch(f.whole("epoch"), f.number("reconstruction"), f.number("seconds"));
        }

        @Override
        public boolean keepsBest() {
            return false;
        }

        @Override
        public JsonObject json() {
            JsonObject node = new JsonObject().put("step", step).put("reconstruction", reconstruction).put("nanos", nanos);
            return node.put("history", history.stream().map(OfRbm::json).toList());
        }
    }
}
