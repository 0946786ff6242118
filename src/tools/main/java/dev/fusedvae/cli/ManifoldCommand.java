package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Draws a two-dimensional latent space.
@Command(name = "manifold", description = "Decode a grid over a two-dimensional latent space; cells have equal prior probability.",
        footer = "  ${ROOT-COMMAND-NAME} manifold --model runs/demo/plane --size 20 --out manifold.png")
final class ManifoldCommand extends ModelCommand {

    @Option(names = "--size", paramLabel = "N", order = 1, description = "points per side (default: ${DEFAULT-VALUE})")
    int size = 20;

    @Option(names = "--out", paramLabel = "FILE", order = 2, description = "a .png, or a .npy or .csv array, row by row (default: ${DEFAULT-VALUE})")
    Path out = Path.of("manifold.png");

    ManifoldCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(size >= 1 && size <= 200, "--size must be in 1..200, got %d", size);
        pictureOrArray(out);
        try (Vae vae = open()) {
            UsageException.require(vae.spec().latent() == 2,
                    "a manifold needs a model with 2 latents and this one has %d; train one with --latent 2, or use interpolate",
                    vae.spec().latent());
            requireDrawable(out, vae);
            float[][] decoded = vae.decode(Manifold.codes(size));
            write(out, decoded, () -> new Gallery(vae).manifold(decoded, size));
            wrote(out, decoded.length, "decoded points");
        }
        return Exit.OK;
    }
}
