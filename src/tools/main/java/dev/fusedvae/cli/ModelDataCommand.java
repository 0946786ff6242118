package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Split;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What commands share that show data to a trained model.
abstract class ModelDataCommand extends ModelCommand {

    @Option(names = "--part", paramLabel = "PART", order = 1, description = "test or train (default: ${DEFAULT-VALUE})")
    String part = "test";

    @Mixin(name = "Data (default: what the model was trained on)")
    DataOptions data = new DataOptions();

    ModelDataCommand(Terminal terminal) {
        super(terminal);
    }

    private Split split(Vae vae) {
        return data.load(recordedData(vae), terminal.env());
    }

    /// The examples of `--part`.
    DataSet examples(Vae vae) {
        Split split = split(vae);
        return switch (part) {
            case "test" -> split.test();
            case "train" -> split.train();
            default -> throw new UsageException("--part must be test or train, got '" + part + "'");
        };
    }

    /// The first `count` of them; fewer where there are no more.
    DataSet examples(Vae vae, int count) {
        UsageException.require(count >= 1, "--count must be >= 1, got %d", count);
        DataSet all = examples(vae);
        return all.slice(0, Math.min(count, all.size()));
    }
}
