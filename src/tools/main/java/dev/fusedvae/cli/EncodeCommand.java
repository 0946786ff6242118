package dev.fusedvae.cli;

import dev.fusedvae.Codes;
import dev.fusedvae.Vae;
import dev.fusedvae.data.DataSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Writes codes.
@Command(name = "encode", description = {"Write the codes of examples, one row per example.",
    "Columns are mu.0, ... log_var.0, ... and with --samples z0.0, ...; an autoencoder has one code and no variance: code.0, ..."},
        footer = {"  ${ROOT-COMMAND-NAME} encode --model runs/demo --data digits --out codes.csv",
            "  ${ROOT-COMMAND-NAME} encode --model runs/demo --only mu --out mu.npy"})
final class EncodeCommand extends ModelDataCommand {

    @Option(names = "--out", paramLabel = "FILE", required = true, order = 2, description = "a .csv with a header, or a .npy of float32")
    Path out;

    @Option(names = "--samples", paramLabel = "N", order = 3, description = "also N draws of z for each example (default: 0)")
    int samples;

    @Option(names = "--only", paramLabel = "WHAT", order = 4, description = "mu, log-var or z alone: what decode reads (default: all)")
    String only = "all";

    @Option(names = "--seed", paramLabel = "S", order = 5, description = "of the draws (default: ${DEFAULT-VALUE})")
    long seed = 1;

    EncodeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(List.of("all", "mu", "log-var", "z").contains(only), "--only must be mu, log-var or z, got '%s'", only);
        UsageException.require(samples >= 0 && samples <= 10_000, "--samples must be in 0..10000, got %d", samples);
        UsageException.require(!only.equals("z") || samples > 0, "--only z needs --samples 1 or more");
        ArrayFile.require(out);
        Outputs.file(out);
        try (Vae vae = open()) {
            DataSet examples = examples(vae);
            Codes codes = vae.encode(examples);
            boolean deterministic = codes.logVar().length == 0 || codes.logVar()[0].length == 0;
            UsageException.require(!deterministic || samples == 0 && !only.equals("log-var"),
                    "an autoencoder's code has no variance: leave --samples and --only log-var out");
            write(codes, vae.spec().latent(), deterministic);
            wrote(out, examples.size(), "codes of " + vae.spec().latent() + " latents");
        }
        return Exit.OK;
    }

    private void write(Codes codes, int latent, boolean deterministic) {
        List<String> header = new ArrayList<>();
        List<float[][]> blocks = new ArrayList<>();
        if (only.equals("all") || only.equals("mu")) {
            header.addAll(ArrayFile.names(deterministic ? "code" : "mu", latent));
            blocks.add(codes.mu());
        }
        if (!deterministic && (only.equals("all") || only.equals("log-var"))) {
            header.addAll(ArrayFile.names("log_var", latent));
            blocks.add(codes.logVar());
        }
        if (only.equals("all") || only.equals("z")) {
            for (int s = 0; s < samples; s++) {
                header.addAll(ArrayFile.names("z" + s, latent));
                blocks.add(codes.draw(seed, s, samples));
            }
        }
        float[][] rows = new float[codes.mu().length][header.size()];
        for (int b = 0; b < blocks.size(); b++) {
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(blocks.get(b)[i], 0, rows[i], b * latent, latent);
            }
        }
        ArrayFile.write(out, header, rows);
    }
}
