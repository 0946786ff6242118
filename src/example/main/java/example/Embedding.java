package example;

import dev.fusedvae.Vae;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Trains on the digits that are part of the library, saves, loads, encodes, decodes, scores and samples.
public class Embedding {
    public static void main(String[] args) {
        Path folder = Path.of(args[0]);
        Split digits = Catalogue.load("digits", Optional.empty(), Map.of());
        VaeSpec spec = VaeSpec.of(64, List.of(128), 8);
        Normalization unit = Normalization.unit(digits.train());

        try (Vae vae = Vae.train(spec, TrainSpec.standard(5, 42), digits, unit, RunOptions.defaults(), TrainingListener.SILENT)) {
            vae.notes().forEach(System.err::println);          // which backend runs, and why
            vae.save(folder);
        }

        try (Vae vae = Vae.load(folder)) {
            float[][] mu = vae.encode(digits.test()).mu();     // [300][8]
            float[][] back = vae.decode(mu);                   // [300][64], probabilities
            double elbo = vae.evaluate(digits.test()).elbo();  // nats per example
            float[][] fresh = vae.sample(16, 7);               // sixteen new digits
            System.out.printf("%d digits, ELBO %.2f, %d new ones, on %s%n", back.length, elbo, fresh.length, vae.backendName());
        }
    }
}
