package dev.fusedvae.spec;

import java.util.List;

/// The learning rate over time, as a factor on the optimizer's rate; `epoch` counts fractions of an epoch from 0.
public sealed interface Schedule {

    record Constant() implements Schedule {}

    /// Factor `factors[i]` from epoch `milestones[i]` on, 1 before the first.
    record Piecewise(List<Double> milestones, List<Double> factors) implements Schedule {
        public Piecewise {
            milestones = List.copyOf(milestones);
            factors = List.copyOf(factors);
            SpecException.require(!milestones.isEmpty() && milestones.size() == factors.size(),
                    "a piecewise schedule needs as many milestones as factors and at least one, got %d and %d",
                    milestones.size(), factors.size());
            for (int i = 0; i < milestones.size(); i++) {
                SpecException.require(factors.get(i) > 0 && Double.isFinite(factors.get(i)),
                        "schedule factors must be finite numbers > 0, got %s", factors.get(i));
                SpecException.require(i == 0 ? milestones.get(0) >= 0 : milestones.get(i) > milestones.get(i - 1),
                        "schedule milestones must rise from >= 0, got %s", milestones);
            }
        }
    }

    /// From 1 down to `floor` along half a cosine over `epochs` epochs; Loshchilov & Hutter 2017.
    record Cosine(double epochs, double floor) implements Schedule {
        public Cosine {
            SpecException.require(epochs > 0 && Double.isFinite(epochs), "cosine epochs must be > 0, got %s", epochs);
            SpecException.require(floor >= 0 && floor <= 1, "the cosine floor must be in [0,1], got %s", floor);
        }
    }

    /// The factor at a moment of training.
    default double factor(double epoch) {
        return switch (this) {
            case Constant() -> 1;
            case Piecewise(List<Double> milestones, List<Double> factors) -> {
                double factor = 1;
                for (int i = 0; i < milestones.size() && epoch >= milestones.get(i); i++) {
                    factor = factors.get(i);
                }
                yield factor;
            }
            case Cosine(double epochs, double floor) ->
                    floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, epoch / epochs)));
        };
    }
}
