package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.data.DataException;
import dev.fusedvae.data.DataFiles;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.results.Program;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Decodes codes from a file.
@Command(name = "decode", description = "Decode codes: the mean of p(x|z), in the model's normalised space.",
        footer = "  ${ROOT-COMMAND-NAME} decode --model runs/demo --in mu.csv --out decoded.png")
final class DecodeCommand extends ModelCommand {

    @Option(names = "--in", paramLabel = "FILE", required = true, order = 1,
            description = "a .csv or .npy with one z per row, such as `encode --only mu` writes")
    Path in;

    @Option(names = "--out", paramLabel = "FILE", required = true, order = 2, description = "a .png grid, or a .npy or .csv array")
    Path out;

    DecodeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        pictureOrArray(out);
        try (Vae vae = open()) {
            requireDrawable(out, vae);
            float[][] z = codes(vae.spec().latent());
            float[][] decoded = vae.decode(z);
            write(out, decoded, () -> new Gallery(vae).grid(decoded, (int) Math.ceil(Math.sqrt(z.length))));
            wrote(out, z.length, "decoded examples");
        }
        return Exit.OK;
    }

    private float[][] codes(int latent) {
        DataSet file = DataFiles.read(in);
        if (file.features() != latent) {
            throw new DataException(in + " has " + file.features() + " columns but a code of this model has " + latent
                    + "; write such a file with `" + Program.name() + " encode --only mu`");
        }
        float[][] z = new float[file.size()][latent];
        for (int i = 0; i < z.length; i++) {
            for (int j = 0; j < latent; j++) {
                z[i][j] = file.raw(i, j);
            }
        }
        return z;
    }
}
