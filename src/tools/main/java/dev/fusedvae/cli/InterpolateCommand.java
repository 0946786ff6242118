package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.data.DataSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Walks between examples.
@Command(name = "interpolate", description = {"Decode the path between the codes of two examples, for some pairs.",
    "With --corners a square between the codes of four."},
        footer = {"  ${ROOT-COMMAND-NAME} interpolate --model runs/demo --pairs 8 --steps 10 --out interpolation.png",
            "  ${ROOT-COMMAND-NAME} interpolate --model runs/demo --corners --steps 8 --out corners.png"})
final class InterpolateCommand extends ModelDataCommand {

    @Option(names = "--pairs", paramLabel = "N", order = 2,
            description = "pairs of examples, with different labels where there are labels (default: ${DEFAULT-VALUE})")
    int pairs = 8;

    @Option(names = "--steps", paramLabel = "N", order = 3, description = "points on each path, ends included (default: ${DEFAULT-VALUE})")
    int steps = 10;

    @Option(names = "--path", paramLabel = "SHAPE", order = 4, description = "linear or spherical (default: ${DEFAULT-VALUE})")
    String path = "linear";

    @Option(names = "--corners", order = 5, description = "a grid of --steps by --steps points between four examples, linear")
    boolean corners;

    @Option(names = "--out", paramLabel = "FILE", order = 6,
            description = "a .png, or a .npy or .csv array of the decoded points, path by path (default: ${DEFAULT-VALUE})")
    Path out = Path.of("interpolation.png");

    InterpolateCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(pairs >= 1 && pairs <= 10_000, "--pairs must be in 1..10000, got %d", pairs);
        UsageException.require(steps >= 2 && steps <= 1000, "--steps must be in 2..1000, got %d", steps);
        UsageException.require(List.of("linear", "spherical").contains(path), "--path must be linear or spherical, got '%s'", path);
        UsageException.require(!corners || path.equals("linear") && steps <= 100, "--corners is linear and has at most 100 steps, got --path %s --steps %d",
                path, steps);
        pictureOrArray(out);
        try (Vae vae = open()) {
            requireDrawable(out, vae);
            DataSet all = examples(vae);
            if (corners) {
                float[][] decoded = vae.decode(Interpolation.corners(vae.encode(Interpolation.four(all)).mu(), steps));
                write(out, decoded, () -> new Gallery(vae).grid(decoded, steps));
                wrote(out, decoded.length, "points between four examples");
                return Exit.OK;
            }
            Interpolation paths = Interpolation.of(vae, all, pairs, steps, Interpolation.Path.valueOf(path.toUpperCase(Locale.ROOT)));
            write(out, vae.decode(paths.codes()), () -> new Gallery(vae).interpolation(paths));
            wrote(out, pairs, "paths of " + steps + " steps");
        }
        return Exit.OK;
    }
}
