package dev.fusedvae.run;

import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;

/// What is about to run.
///
/// @param stepsPerEpoch optimizer steps an epoch, the smaller last batch included
/// @param firstStep     0, or where a resumed run goes on
/// @param parameters    number of trained values
/// @param arenaBytes    memory of the lowered training plan
/// @param launches      launches a step
/// @param history       epochs that a resumed run has behind it
/// @param notes         lines that the user should see: how the backend was chosen, what is unusual
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
