package dev.fusedvae.run;

import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;

/// What a training will do, known before its first step.
///
/// @param stepsPerEpoch optimizer steps per epoch, including that of a smaller last batch
/// @param firstStep     0, or the step with which a resumed run continues
/// @param parameters    number of trained values
/// @param arenaBytes    memory of the lowered training plan
/// @param launches      launches per step
/// @param history       the epochs that were completed before a resumed run was interrupted
/// @param notes         lines for the user: how the backend was chosen, what is unusual
public record TrainingInfo(VaeSpec spec, TrainSpec train, String backend, String device, FusionLevel fusion,
                           int trainExamples, int testExamples, int stepsPerEpoch, long firstStep, long parameters,
                           long arenaBytes, int launches, List<EpochMetrics> history, List<String> notes) {

    public TrainingInfo {
        history = List.copyOf(history);
        notes = List.copyOf(notes);
    }

    /// Optimizer steps of the whole run, from step 0.
    public long steps() {
        return (long) stepsPerEpoch * train.epochs();
    }
}
