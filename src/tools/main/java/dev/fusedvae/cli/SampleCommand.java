package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Generates examples.
@Command(name = "sample", description = "Generate examples: z from the prior, decoded.",
        footer = "  ${ROOT-COMMAND-NAME} sample --model runs/demo --count 64 --out samples.png")
final class SampleCommand extends ModelCommand {

    @Option(names = "--count", paramLabel = "N", order = 1, description = "how many (default: ${DEFAULT-VALUE})")
    int count = 64;

    @Option(names = "--out", paramLabel = "FILE", order = 2, description = "a .png grid, or a .npy or .csv array (default: ${DEFAULT-VALUE})")
    Path out = Path.of("samples.png");

    @Option(names = "--mean", order = 3, description = "show the mean of p(x|z); this is the default")
    boolean mean;

    @Option(names = "--draw", order = 4, description = "draw x from p(x|z) instead")
    boolean draw;

    @Option(names = "--seed", paramLabel = "S", order = 5, description = "another seed, other samples (default: ${DEFAULT-VALUE})")
    long seed = 1;

    SampleCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(!(mean && draw), "--mean and --draw exclude each other");
        UsageException.require(count >= 1 && count <= 1_000_000, "--count must be in 1..1000000, got %d", count);
        pictureOrArray(out);
        try (Vae vae = open()) {
            requireDrawable(out, vae);
            float[][] samples = draw ? vae.draw(count, seed) : vae.sample(count, seed);
            write(out, samples, () -> new Gallery(vae).grid(samples, (int) Math.ceil(Math.sqrt(count))));
            wrote(out, count, "samples");
        }
        return Exit.OK;
    }
}
