package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.data.DataSet;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Encodes and decodes examples.
@Command(name = "reconstruct", description = "Encode examples and decode their means: originals above reconstructions.",
        footer = "  ${ROOT-COMMAND-NAME} reconstruct --model runs/demo --count 32 --out reconstructions.png")
final class ReconstructCommand extends ModelDataCommand {

    @Option(names = "--count", paramLabel = "N", order = 2, description = "the first N examples (default: ${DEFAULT-VALUE})")
    int count = 32;

    @Option(names = "--out", paramLabel = "FILE", order = 3,
            description = "a .png, or a .npy or .csv array of the reconstructions alone (default: ${DEFAULT-VALUE})")
    Path out = Path.of("reconstructions.png");

    ReconstructCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        pictureOrArray(out);
        try (Vae vae = open()) {
            requireDrawable(out, vae);
            DataSet examples = examples(vae, count);
            write(out, vae.reconstruct(examples), () -> new Gallery(vae).reconstructions(examples));
            wrote(out, examples.size(), "reconstructions");
        }
        return Exit.OK;
    }
}
