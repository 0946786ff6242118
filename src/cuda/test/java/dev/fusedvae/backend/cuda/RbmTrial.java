package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.eval.ExactRbm;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.eval.Rbm;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.RbmGraphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.RbmSpec;
import dev.fusedvae.spec.TrainSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A restricted Boltzmann machine to train in a test, on grey noise, from parameters with which its units depend on each other.
record RbmTrial(RbmSpec spec, int batch, int examples) {
    static final long SEED = 31;
    private static final OptimizerSpec SGD = new OptimizerSpec.Sgd(0.05, 0.5);

    /// The results of a run: the losses, then all parameters, momenta and chains.
    record Left(double[] losses, List<float[]> state) {}

    TrainSpec train() {
        return TrainSpec.standard(3, SEED).withBatchSize(batch).withOptimizer(SGD);
    }

    Examples data() {
        Random random = new Random(SEED);
        float[] values = new float[examples * spec.visible()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(3) == 0 ? random.nextInt(2) : random.nextFloat();
        }
        return new Examples.Floats(values, spec.visible());
    }

    Feed feed() {
        return new Feed.Training(data(), new StepTable(train(), spec.autoencoder().objective(), examples));
    }

    Plan plan(Fusion fusion) {
        return Plan.of(RbmGraphs.training(spec, SGD, Binarization.DYNAMIC), fusion, batch);
    }

    Parameters parameters() {
        return ExactRbm.random(spec, SEED);
    }

    void start(Executable executable) {
        parameters().write(executable, RbmGraphs.parameters(spec));
        if (spec.persistent()) {
            executable.write(executable.plan().graph().tensor(RbmGraphs.CHAIN), Rbm.coins(spec, batch, SEED));
        }
    }

    Left run(Backend backend, Fusion fusion, int steps) {
        try (Executable executable = backend.load(plan(fusion), feed())) {
            start(executable);
            double[] losses = new double[2 * steps];
            executable.run(0, steps, losses);
            Graph graph = executable.plan().graph();
            List<Tensor> lasting = new ArrayList<>(graph.tensors(Tensor.Role.PARAMETER));
            lasting.addAll(graph.tensors(Tensor.Role.STATE));
            return new Left(losses, lasting.stream().map(executable::read).toList());
        }
    }
}
