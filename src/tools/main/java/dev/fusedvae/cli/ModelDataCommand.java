package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Split;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What commands share that show data to a trained model.
abstract class ModelDataCommand extends ModelCommand {

    @Option(names = "--part", paramLabel = "PART", order = 1, description = "test or train, where the data has both (default: test; a file without parts is taken whole)")
    Optional<String> part = Optional.empty();

    @Mixin(name = "Data (default: what the model was trained on)")
    DataOptions data = new DataOptions();

    ModelDataCommand(Terminal terminal) {
        super(terminal);
    }

    /// The examples of `--part`, or a file without parts whole and in order.
    DataSet examples(Vae vae) {
        String wanted = part.orElse("test");
        UsageException.require(wanted.equals("test") || wanted.equals("train"), "--part must be test or train, got '%s'", wanted);
        Split split = data.shown(vae, part, terminal.env());
        return wanted.equals("test") ? split.test() : split.train();
    }

    /// The first `count` of them; fewer where there are no more.
    DataSet examples(Vae vae, int count) {
        UsageException.require(count >= 1, "--count must be >= 1, got %d", count);
        DataSet all = examples(vae);
        return all.slice(0, Math.min(count, all.size()));
    }
}
