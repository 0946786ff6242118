package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.data.DataSet;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Shows what each latent does.
@Command(name = "traverse", description = "Vary one latent at a time and decode: a line for each latent, those with the most KL first.",
        footer = "  ${ROOT-COMMAND-NAME} traverse --model runs/demo --out traversals.png")
final class TraverseCommand extends ModelDataCommand {

    @Option(names = "--latents", paramLabel = "N", order = 2, description = "how many latents (default: ${DEFAULT-VALUE})")
    int latents = 10;

    @Option(names = "--steps", paramLabel = "N", order = 3, description = "values of each latent (default: ${DEFAULT-VALUE})")
    int steps = 11;

    @Option(names = "--reach", paramLabel = "R", order = 4, description = "from -R to R standard deviations of the prior (default: ${DEFAULT-VALUE})")
    double reach = 3;

    @Option(names = "--example", paramLabel = "I", order = 5, description = "start from the code of example I, counted from 0 (default: the prior's mean)")
    Optional<Integer> example = Optional.empty();

    @Option(names = "--out", paramLabel = "FILE", order = 6, description = "a .png, or a .npy or .csv array, line by line (default: ${DEFAULT-VALUE})")
    Path out = Path.of("traversals.png");

    TraverseCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(latents >= 1, "--latents must be >= 1, got %d", latents);
        UsageException.require(steps >= 2 && steps <= 1000, "--steps must be in 2..1000, got %d", steps);
        UsageException.require(reach > 0 && Double.isFinite(reach), "--reach must be a finite number > 0, got %s", reach);
        pictureOrArray(out);
        try (Vae vae = open()) {
            UsageException.require(vae.spec().objective().variational(),
                    "a traversal sorts latents by KL, which a model of objective %s does not have; use interpolate", vae.spec().objective().flag());
            requireDrawable(out, vae);
            DataSet all = examples(vae);
            UsageException.require(example.orElse(0) >= 0 && example.orElse(0) < all.size(), "--example must be in 0..%d, got %d",
                    all.size() - 1, example.orElse(0));
            float[] base = example.map(i -> vae.encode(all.slice(i, i + 1)).mu()[0])
                    .orElseGet(() -> Traversal.middle(vae.spec().prior(), vae.spec().latent()));
            Traversal traversal = Traversal.of(base, vae.spec().prior(), vae.evaluate(all).klPerLatent(), latents, steps, reach);
            write(out, vae.decode(traversal.codes()), () -> new Gallery(vae).traversal(traversal));
            wrote(out, traversal.latents().size(), "latents of " + steps + " values");
        }
        return Exit.OK;
    }
}
