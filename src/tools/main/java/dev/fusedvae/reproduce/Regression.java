package dev.fusedvae.reproduce;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.eval.Inputs;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.train.Initializer;
import dev.fusedvae.train.TrainingJob;
import java.util.List;

/// Trains a decoder on pairs (z, x): the training step of an autoencoder of rows (z, x) whose encoder is one linear layer
/// that is set back to "hand z on" after every step, so that nothing but the decoder learns.
final class Regression {
    private final Executable executable;
    private final List<Tensor> held;
    private final float[] identity;
    private final Graph graph;
    private final long steps;

    private Regression(TrainingJob job, Backend backend, RunOptions options) {
        graph = Graphs.training(job.spec(), job.train().optimizer(), job.train().clipNorm(), job.train().binarization());
        StepTable table = new StepTable(job.train(), job.spec().objective(), job.data().train().size());
        Feed feed = new Feed.Training(Inputs.examples(job.data().train(), job.normalization()), table);
        executable = backend.load(Plan.of(graph, backend.fusion(options.fusion()), job.train().batchSize()), feed);
        steps = (long) table.stepsPerEpoch() * job.train().epochs();
        held = graph.tensors(Tensor.Role.PARAMETER).stream().filter(t -> t.name().startsWith("heads.")).toList();
        int latent = job.spec().latent();
        identity = new float[latent * job.spec().features()];
        for (int j = 0; j < latent; j++) {
            identity[j * job.spec().features() + j] = 1;
        }
    }

    /// The parameters after all steps.
    static Parameters train(TrainingJob job, Backend backend, RunOptions options) {
        Regression regression = new Regression(job, backend, options);
        try (Executable executable = regression.executable) {
            Initializer.initial(job.spec(), job.train().initialization(), job.train().seed())
                    .write(executable, regression.graph.tensors(Tensor.Role.PARAMETER));
            regression.hold();
            double[] metrics = new double[2];
            for (long step = 0; step < regression.steps; step++) {
                executable.run(step, 1, metrics);
                regression.hold();
            }
            return Parameters.read(executable, regression.graph.tensors(Tensor.Role.PARAMETER));
        }
    }

    private void hold() {
        for (Tensor t : held) {
            executable.write(t, t.name().endsWith("weight") ? identity : new float[t.columns()]);
        }
    }
}
