package dev.fusedvae.reproduce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Vae;
import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.History;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.train.Model;
import dev.fusedvae.train.ModelFolder;
import dev.fusedvae.train.Trained;
import dev.fusedvae.train.TrainingJob;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The figures that take seconds come out: the rows of the table as `fvae reproduce` runs them, without the folder.
class QuickRowsTest {

    @TempDir
    Path folder;

    private List<Check> run(Case task, Map<String, String> env) {
        Material.Data data = task.material().load(Optional.empty(), env);
        Normalization normalization = Normalization.fit(task.normalization(), data.training().train());
        TrainingJob job = new TrainingJob(task.spec(), task.train(), data.training(), normalization);
        try (Vae vae = task.training() == Training.DECODER ? regression(job)
                : Vae.train(job.spec(), job.train(), job.data(), normalization, RunOptions.defaults(), TrainingListener.SILENT)) {
            List<Check> checks = Judge.measure(vae, data.measured(), task.measure(), done -> { });
            checks.forEach(c -> System.out.printf("%s: %s %s %s%n", task.name(), c.what(), Check.number(c.got()), c.band()));
            return checks;
        }
    }

    private Vae regression(TrainingJob job) {
        try (Backend cpu = new CpuBackend(2)) {
            ModelFolder.save(folder, Model.of(job, new Trained(Regression.train(job, cpu, RunOptions.defaults()), History.none(), Map.of())));
        }
        return Vae.load(folder, BackendChoice.of("cpu"));
    }

    private void passes(String name) {
        Row row = Table.find(name).orElseThrow();
        assertTrue(row.quick());
        for (Case task : row.cases()) {
            List<Check> checks = run(task, Map.of());
            assertTrue(checks.stream().anyMatch(Check::judged));
            checks.forEach(c -> assertTrue(c.passed(), c.toString()));
        }
    }

    @Test
    void linearAutoencoder_reachesTheErrorOfPca() {
        passes("linear-pca");
    }

    @Test
    void linearVae_reachesTheLikelihoodOfProbabilisticPca() {
        passes("linear-ppca");
    }

    @Test
    void linearVaeWithAVariancePerFeature_reachesTheLikelihoodOfFactorAnalysis() {
        passes("linear-fa");
    }

    @Test
    void decoder_learnsTheRing() {
        passes("ring");
    }

    /// An untrained decoder is nowhere near: the measure can fail.
    @Test
    void untrainedModels_fail() {
        for (String name : List.of("linear-pca", "linear-ppca", "linear-fa", "ring")) {
            Case task = Table.find(name).orElseThrow().cases().getFirst().withEpochs(1);
            assertTrue(run(task, Map.of()).stream().anyMatch(c -> !c.passed()), name);
        }
    }

    /// The first of the ten epochs, whose published figure is 127.30.
    @Test
    @Tag("data")
    void smoke10_startsAsPublished() {
        if (Catalogue.lookup("mnist", Optional.empty(), System.getenv()).found().isEmpty()) {
            System.out.println("skipped: mnist is not on this machine");
            Assumptions.abort("mnist is not on this machine");
        }
        Case task = Table.find("smoke10").orElseThrow().cases().getFirst().withEpochs(1);
        assertEquals(127.30, run(task, System.getenv()).getFirst().got(), 1.0);
    }
}
