package dev.fusedvae.train;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.data.DataException;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.eval.AnnealedImportanceSampling;
import dev.fusedvae.eval.Inputs;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.eval.Rbm;
import dev.fusedvae.fuse.FusionLevel;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.RbmGraphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.Initialization;
import dev.fusedvae.spec.RbmSpec;
import dev.fusedvae.spec.TrainSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Trains a restricted Boltzmann machine by CD-k or PCD-k. There are no checkpoints: a training that stopped starts anew.
public final class RbmTrainer {
    /// Standard deviation of the first weights; Hinton 2012, section 8.
    private static final float WEIGHT_DEVIATION = 0.01f;
    /// Row stride of a contiguous row in the panel form of rng.
    private static final int PANEL = 32;

    private final RbmSpec spec;
    private final TrainSpec train;
    private final DataSet data;
    private final Normalization normalization;

    /// The end of an epoch.
    ///
    /// @param reconstruction mean of log p(v|h) over the epoch's steps in nats per example, h ~ p(h|v): no likelihood of the model
    public record Epoch(int epoch, double reconstruction, double seconds) {}

    /// Parameters, and the chains where they are kept: `[batch, V]`, else empty.
    @SuppressWarnings("ArrayRecordComponent")
    public record Result(Parameters parameters, float[] chains) {}

    /// @throws DataException if the data has another width or values outside [0, 1]
    public RbmTrainer(RbmSpec spec, TrainSpec train, DataSet data, Normalization normalization) {
        Inputs.check(spec.autoencoder(), train.binarization(), data, normalization);
        this.spec = spec;
        this.train = train;
        this.data = data;
        this.normalization = normalization;
        if (train.clipNorm().isPresent() || train.initialization() != Initialization.UNIFORM) {
            throw new IllegalArgumentException("an rbm takes neither gradient clipping nor another initialization; leave both out");
        }
    }

    /// Trains on `backend`; `listener` hears of every epoch.
    ///
    /// @throws dev.fusedvae.backend.DivergedException if a NaN or an infinity turns up
    public Result run(Backend backend, FusionLevel level, Consumer<Epoch> listener) {
        Graph graph = RbmGraphs.training(spec, train.optimizer(), train.binarization());
        StepTable table = new StepTable(train, spec.autoencoder().objective(), data.size());
        Feed feed = new Feed.Training(Inputs.examples(data, normalization), table);
        try (Executable executable = backend.load(Plan.of(graph, level, train.batchSize()), feed)) {
            initial().write(executable, RbmGraphs.parameters(spec));
            if (spec.persistent()) {
                executable.write(graph.tensor(RbmGraphs.CHAIN), Rbm.coins(spec, train.batchSize(), train.seed()));
            }
            int steps = table.stepsPerEpoch();
            double[] metrics = new double[2 * steps];
            for (int epoch = 0; epoch < train.epochs(); epoch++) {
                long start = System.nanoTime();
                executable.run((long) epoch * steps, steps, metrics);
                double sum = 0;
                for (int i = 0; i < steps; i++) {
                    sum += metrics[2 * i];
                }
                listener.accept(new Epoch(epoch + 1, sum / data.size(), (System.nanoTime() - start) / 1e9));
            }
            return new Result(Parameters.read(executable, RbmGraphs.parameters(spec)),
                    spec.persistent() ? executable.read(graph.tensor(RbmGraphs.CHAIN)) : new float[0]);
        }
    }

    /// Small normal weights, hidden biases of zero, visible biases at the rates of the data; Hinton 2012, section 8.
    Parameters initial() {
        Map<String, float[]> values = new LinkedHashMap<>();
        for (Tensor t : RbmGraphs.parameters(spec)) {
            values.put(t.name(), new float[Math.toIntExact(t.elements(1))]);
        }
        float[] weight = values.get("weight");
        Stream stream = new Stream(train.seed(), Purpose.INIT, 0);
        for (int j = 0; j < spec.hidden(); j++) {
            Normals.block(stream, 0, j, 1, spec.visible(), weight, j * spec.visible(), spec.visible(), PANEL);
        }
        for (int i = 0; i < weight.length; i++) {
            weight[i] *= WEIGHT_DEVIATION;
        }
        float[][] rows = new float[data.size()][data.features()];
        for (int i = 0; i < rows.length; i++) {
            normalization.row(data, i, rows[i], 0);
        }
        double[] rates = AnnealedImportanceSampling.rates(rows, spec.visible());
        for (int i = 0; i < rates.length; i++) {
            values.get("visible.bias")[i] = (float) rates[i];
        }
        return new Parameters(values);
    }
}
