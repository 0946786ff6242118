package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Walks between examples.
@Command(name = "interpolate", description = "Decode the straight path between the codes of two examples, for some pairs.",
        footer = "  fvae interpolate --model runs/demo --pairs 8 --steps 10 --out interpolation.png")
final class InterpolateCommand extends ModelDataCommand {

    @Option(names = "--pairs", paramLabel = "N", order = 2,
            description = "pairs of examples, with different labels where there are labels (default: ${DEFAULT-VALUE})")
    int pairs = 8;

    @Option(names = "--steps", paramLabel = "N", order = 3, description = "points on each path, ends included (default: ${DEFAULT-VALUE})")
    int steps = 10;

    @Option(names = "--out", paramLabel = "FILE", order = 4,
            description = "a .png, or a .npy or .csv array of the decoded points, path by path (default: ${DEFAULT-VALUE})")
    Path out = Path.of("interpolation.png");

    InterpolateCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(pairs >= 1 && pairs <= 10_000, "--pairs must be in 1..10000, got %d", pairs);
        UsageException.require(steps >= 2 && steps <= 1000, "--steps must be in 2..1000, got %d", steps);
        pictureOrArray(out);
        try (Vae vae = open()) {
            requireDrawable(out, vae);
            Interpolation paths = Interpolation.of(vae, examples(vae), pairs, steps);
            write(out, vae.decode(paths.codes()), () -> new Gallery(vae).interpolation(paths));
            wrote(out, pairs, "paths of " + steps + " steps");
        }
        return Exit.OK;
    }
}
