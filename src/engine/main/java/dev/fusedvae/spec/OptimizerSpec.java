package dev.fusedvae.spec;

import java.util.List;

/// The optimizer and its constants; formulas are PyTorch's.
public sealed interface OptimizerSpec {
    double learningRate();

    /// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε); Kingma & Ba 2015.
    ///
    /// By definition on every backend |m| < 1e-30 and v < 1e-36 are flushed to zero: denormals slow every engine down.
    record Adam(double learningRate, double beta1, double beta2, double epsilon) implements OptimizerSpec {
        public Adam {
            OptimizerSpec.checkAdam(learningRate, beta1, beta2, epsilon);
        }

        public Adam(double learningRate) {
            this(learningRate, 0.9, 0.999, 1e-8);
        }
    }

    /// Adam after w ← w·(1 − lr·weightDecay); Loshchilov & Hutter 2019.
    record AdamW(double learningRate, double beta1, double beta2, double epsilon, double weightDecay) implements OptimizerSpec {
        public AdamW {
            OptimizerSpec.checkAdam(learningRate, beta1, beta2, epsilon);
            SpecException.require(weightDecay >= 0 && Double.isFinite(weightDecay),
                    "weight decay must be a finite number >= 0, got %s", weightDecay);
        }
    }

    /// buf ← momentum·buf + g, w ← w − lr·buf.
    record Sgd(double learningRate, double momentum) implements OptimizerSpec {
        public Sgd {
            checkRate(learningRate);
            SpecException.require(momentum >= 0 && momentum < 1, "momentum must be in [0,1), got %s", momentum);
        }
    }

    /// Names of the state tensors kept for every parameter, in order.
    default List<String> state() {
        return switch (this) {
            case Adam a -> List.of("m", "v");
            case AdamW a -> List.of("m", "v");
            case Sgd s -> List.of("momentum");
        };
    }

    /// Additions and multiplications of a step, for each value of a parameter.
    default int flops() {
        return switch (this) {
            case Adam a -> 12;
            case AdamW a -> 13;
            case Sgd s -> 4;
        };
    }

    /// The number by which kernels know it: `OptimizerCode` of kernels/common/args.cuh. It is never given to another.
    default int code() {
        return switch (this) {
            case Adam a -> 0;
            case AdamW a -> 1;
            case Sgd s -> 2;
        };
    }

    /// The name used on the command line and in files.
    default String flag() {
        return switch (this) {
            case Adam a -> "adam";
            case AdamW a -> "adamw";
            case Sgd s -> "sgd";
        };
    }

    private static void checkRate(double learningRate) {
        SpecException.require(learningRate > 0 && Double.isFinite(learningRate),
                "learning rate must be a finite number > 0, got %s", learningRate);
    }

    private static void checkAdam(double learningRate, double beta1, double beta2, double epsilon) {
        checkRate(learningRate);
        SpecException.require(beta1 >= 0 && beta1 < 1, "beta1 must be in [0,1), got %s", beta1);
        SpecException.require(beta2 >= 0 && beta2 < 1, "beta2 must be in [0,1), got %s", beta2);
        SpecException.require(epsilon > 0 && Double.isFinite(epsilon), "epsilon must be a finite number > 0, got %s", epsilon);
    }
}
