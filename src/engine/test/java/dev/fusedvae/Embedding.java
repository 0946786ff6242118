package dev.fusedvae;

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

/// The snippet of the README's "Embedding", between the two marks: [EmbeddingTest] runs it and compares the texts.
final class Embedding {
    private Embedding() {}

    static float[][] run(Path folder) {
        // snippet
        Split digits = Catalogue.load("digits", Optional.empty(), Map.of());
        VaeSpec spec = VaeSpec.of(64, List.of(128), 8);
        Normalization unit = Normalization.unit(digits.train());

        try (Vae vae = Vae.train(spec, TrainSpec.standard(5, 42), digits, unit, RunOptions.defaults(), TrainingListener.SILENT)) {
            vae.save(folder);
        }

        try (Vae vae = Vae.load(folder)) {
            float[][] mu = vae.encode(digits.test()).mu();     // [300][8]
            float[][] back = vae.decode(mu);                   // [300][64], probabilities
            double elbo = vae.evaluate(digits.test()).elbo();  // nats per example
            float[][] fresh = vae.sample(16, 7);               // sixteen new digits
            System.out.printf("%d digits, ELBO %.2f%n", back.length, elbo);
            return fresh;
        }
        // end of snippet
    }
}
