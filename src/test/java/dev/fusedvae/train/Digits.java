package dev.fusedvae.train;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;

/// A small model of the 8x8 digits, and runs of it.
final class Digits {
    static final Split DATA = Catalogue.load("digits", Optional.empty(), Map.of());
    static final Normalization UNIT = Normalization.unit(DATA.train());
    static final VaeSpec SPEC = VaeSpec.of(64, List.of(24), 3);

    private Digits() {}

    static TrainingJob job(TrainSpec train) {
        return new TrainingJob(SPEC, train, DATA, UNIT);
    }

    static Trained train(TrainSpec train, RunOptions options, TrainingListener listener) {
        return train(job(train), options, listener, 2);
    }

    static Trained train(TrainingJob job, RunOptions options, TrainingListener listener, int threads) {
        try (Backend cpu = new CpuBackend(threads)) {
            return Trainer.train(job, cpu, options, listener, List.of());
        }
    }

    /// A listener that cancels once the condition holds for the number of steps done.
    static TrainingListener cancelWhen(LongPredicate steps) {
        return new TrainingListener() {
            private long done;

            @Override
            public void started(TrainingInfo info) {
                done = info.firstStep();
            }

            @Override
            public void progress(long step, long all, double elbo) {
                done = step;
            }

            @Override
            public boolean cancelled() {
                return steps.test(done);
            }
        };
    }

    static List<EpochMetrics> timeless(Trained trained) {
        return trained.history().epochs().stream().map(EpochMetrics::timeless).toList();
    }
}
