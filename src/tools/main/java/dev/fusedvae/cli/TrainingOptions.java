package dev.fusedvae.cli;

import dev.fusedvae.data.Normalization;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Initialization;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/// How the model is trained.
final class TrainingOptions {

    @Option(names = "--epochs", paramLabel = "N", description = "passes over the training set (default: ${DEFAULT-VALUE})")
    int epochs = 10;

    @Option(names = "--batch-size", paramLabel = "B", description = "examples per step (default: ${DEFAULT-VALUE})")
    int batchSize = 128;

    @Option(names = "--seed", paramLabel = "S", description = "source of every random number (default: ${DEFAULT-VALUE})")
    long seed = 1;

    @Option(names = "--init", paramLabel = "NAME", description = "uniform (as PyTorch's Linear) or glorot (default: ${DEFAULT-VALUE})")
    String init = "uniform";

    @Option(names = "--binarize", paramLabel = "HOW", description = "none, threshold, or dynamic (fresh each epoch) (default: ${DEFAULT-VALUE})")
    String binarize = "none";

    @Option(names = "--normalize", paramLabel = "HOW",
            description = "none, unit (to 0..1) or center (unit, minus the mean) (default: ${DEFAULT-VALUE})")
    String normalize = "unit";

    @Option(names = "--optimizer", paramLabel = "NAME", description = "adam, adamw or sgd (default: ${DEFAULT-VALUE})")
    String optimizer = "adam";

    @Option(names = {"--learning-rate", "--lr"}, paramLabel = "R", description = "step size (default: ${DEFAULT-VALUE})")
    double learningRate = 1e-3;

    @Option(names = "--beta1", paramLabel = "B", description = "of adam and adamw (default: 0.9)")
    Optional<Double> beta1 = Optional.empty();

    @Option(names = "--beta2", paramLabel = "B", description = "of adam and adamw (default: 0.999)")
    Optional<Double> beta2 = Optional.empty();

    @Option(names = "--epsilon", paramLabel = "E", description = "of adam and adamw (default: 1e-8)")
    Optional<Double> epsilon = Optional.empty();

    @Option(names = "--weight-decay", paramLabel = "W", description = "of adamw (default: 0.01)")
    Optional<Double> weightDecay = Optional.empty();

    @Option(names = "--momentum", paramLabel = "M", description = "of sgd (default: 0)")
    Optional<Double> momentum = Optional.empty();

    @Option(names = "--clip-norm", paramLabel = "G", description = "largest global gradient norm (default: no clipping)")
    Optional<Double> clipNorm = Optional.empty();

    @Option(names = "--schedule", paramLabel = "NAME",
            description = "learning rate over time: constant, piecewise or cosine (default: ${DEFAULT-VALUE})")
    String schedule = "constant";

    @Option(names = "--milestones", paramLabel = "E,E", hideParamSyntax = true, split = ",",
            description = "epochs at which the piecewise rate changes")
    List<Double> milestones = new ArrayList<>();

    @Option(names = "--factors", paramLabel = "F,F", hideParamSyntax = true, split = ",",
            description = "factor on the rate from each milestone on")
    List<Double> factors = new ArrayList<>();

    @Option(names = "--floor", paramLabel = "F", description = "last factor of the cosine (default: 0)")
    Optional<Double> floor = Optional.empty();

    TrainSpec spec() {
        return new TrainSpec(batchSize, epochs, seed, optimizer(), schedule(),
                clipNorm.map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                Binarization.parse(binarize), Initialization.parse(init));
    }

    Normalization.Kind normalization() {
        return UsageException.value(() -> Normalization.Kind.parse(normalize));
    }

    private OptimizerSpec optimizer() {
        boolean adam = optimizer.equals("adam") || optimizer.equals("adamw");
        belongs("--beta1", beta1, "adam or adamw", adam);
        belongs("--beta2", beta2, "adam or adamw", adam);
        belongs("--epsilon", epsilon, "adam or adamw", adam);
        belongs("--weight-decay", weightDecay, "adamw", optimizer.equals("adamw"));
        belongs("--momentum", momentum, "sgd", optimizer.equals("sgd"));
        double b1 = beta1.orElse(0.9);
        double b2 = beta2.orElse(0.999);
        double eps = epsilon.orElse(1e-8);
        return switch (optimizer) {
            case "adam" -> new OptimizerSpec.Adam(learningRate, b1, b2, eps);
            case "adamw" -> new OptimizerSpec.AdamW(learningRate, b1, b2, eps, weightDecay.orElse(0.01));
            case "sgd" -> new OptimizerSpec.Sgd(learningRate, momentum.orElse(0.0));
            default -> throw new UsageException("unknown optimizer '" + optimizer + "'; use adam, adamw or sgd");
        };
    }

    private void belongs(String flag, Optional<Double> value, String owner, boolean present) {
        UsageException.require(value.isEmpty() || present, "%s belongs to --optimizer %s, not to %s", flag, owner, optimizer);
    }

    private Schedule schedule() {
        UsageException.require(milestones.isEmpty() && factors.isEmpty() || schedule.equals("piecewise"),
                "--milestones and --factors belong to --schedule piecewise, not to %s", schedule);
        UsageException.require(floor.isEmpty() || schedule.equals("cosine"), "--floor belongs to --schedule cosine, not to %s", schedule);
        return switch (schedule) {
            case "constant" -> new Schedule.Constant();
            case "piecewise" -> new Schedule.Piecewise(milestones, factors);
            case "cosine" -> new Schedule.Cosine(Math.max(1, epochs), floor.orElse(0.0));
            default -> throw new UsageException("unknown schedule '" + schedule + "'; use constant, piecewise or cosine");
        };
    }
}
