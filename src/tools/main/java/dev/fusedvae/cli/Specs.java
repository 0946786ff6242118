package dev.fusedvae.cli;

import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/// Specifications in words, for reports.
final class Specs {
    private Specs() {}

    static Map<String, String> of(VaeSpec spec) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("layers", spec.shape() + (spec.bias() ? "" : ", no biases"));
        facts.put("activation", spec.activation().flag());
        facts.put("likelihood", spec.likelihood().words());
        facts.put("objective", spec.objective().words());
        if (!spec.prior().standard()) {
            facts.put("prior", "normal, mean " + spec.prior().mean() + ", variance " + spec.prior().variance());
        }
        if (!spec.corruption().equals(Corruption.NONE)) {
            facts.put("corruption", spec.corruption().flag());
        }
        return facts;
    }

    static Map<String, String> of(TrainSpec spec) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("epochs", spec.epochs() + " of batches of " + spec.batchSize());
        facts.put("optimizer", switch (spec.optimizer()) {
            case OptimizerSpec.Adam a -> "adam, rate " + a.learningRate() + ", betas " + a.beta1() + ", " + a.beta2() + ", epsilon " + a.epsilon();
            case OptimizerSpec.AdamW a -> "adamw, rate " + a.learningRate() + ", betas " + a.beta1() + ", " + a.beta2() + ", epsilon " + a.epsilon()
                    + ", weight decay " + a.weightDecay();
            case OptimizerSpec.Sgd s -> "sgd, rate " + s.learningRate() + ", momentum " + s.momentum();
        });
        facts.put("schedule", switch (spec.schedule()) {
            case Schedule.Constant() -> "constant";
            case Schedule.Piecewise p -> "piecewise, factors " + p.factors() + " from epochs " + p.milestones();
            case Schedule.Cosine c -> "cosine over " + c.epochs() + " epochs, to " + c.floor();
        });
        spec.clipNorm().ifPresent(norm -> facts.put("clipping", "global gradient norm " + norm));
        facts.put("binarization", spec.binarization().flag());
        facts.put("initial weights", spec.initialization().flag());
        facts.put("seed", Long.toString(spec.seed()));
        return facts;
    }
}
