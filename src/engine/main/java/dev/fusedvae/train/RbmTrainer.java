package dev.fusedvae.train;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.data.DataException;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.eval.AnnealedImportanceSampling;
import dev.fusedvae.eval.Inputs;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.graph.RbmGraphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.run.History;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.spec.Initialization;
import dev.fusedvae.spec.RbmSpec;
import dev.fusedvae.spec.TrainSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Trains a restricted Boltzmann machine by CD-k or PCD-k. As with [Trainer], the result is a pure function of spec, training
/// and data, up to rounding between backends and fusion levels: not of interruptions that a checkpoint bridges.
public final class RbmTrainer {
    /// Standard deviation of the first weights; Hinton 2012, section 8.
    private static final float WEIGHT_DEVIATION = 0.01f;

    private final RbmSpec spec;
    private final TrainSpec train;
    private final DataSet data;
    private final Normalization normalization;

    /// The end of an epoch.
    ///
    /// @param reconstruction mean of log p(v|h) over the epoch's steps in nats per example, h ~ p(h|v): no likelihood of the model
    public record Epoch(int epoch, double reconstruction, double seconds) {}

    /// What a training leaves.
    ///
    /// @param chains where they are kept: `[batch, V]`, else empty
    /// @param epochs all that are done, those before an interruption too
    /// @param ending complete or cancelled
    @SuppressWarnings("ArrayRecordComponent")
    public record Result(Parameters parameters, float[] chains, List<Epoch> epochs, History.Ending ending) {
        public Result {
            epochs = List.copyOf(epochs);
        }
    }

    /// Follows a training; called by the thread that trains. What it throws ends the training.
    public interface Listener {

        /// Before the first step, or the first after `epochsDone` whole epochs and `steps` steps in all.
        ///
        /// @param notes lines that the user should see
        default void started(int epochsDone, long steps, List<String> notes) {}

        /// After an epoch and its checkpoint.
        default void epoch(Epoch epoch) {}

        /// Asked some 20 times a second; true ends the training after a checkpoint.
        default boolean cancelled() {
            return false;
        }
    }

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

    /// Trains on `backend` to the end or to cancellation. With a folder to write to, the checkpoint is there from the start
    /// on and goes by the rules of [Trainer]; it holds the chains too. Who saves the model clears the mark of [Unfinished].
    ///
    /// @throws dev.fusedvae.run.TrainingDiverged if a NaN or an infinity turns up; the last checkpoint stays
    /// @throws dev.fusedvae.io.IoFailure if the folder cannot be written, or its checkpoint cannot be resumed from
    public Result run(Backend backend, RunOptions options, Listener listener) {
        if (options.patience() > 0) {
            throw new IllegalArgumentException("an rbm has no test figure to stop early by; leave patience out");
        }
        try (RbmSteps steps = new RbmSteps(this, backend, options, listener)) {
            return steps.run();
        }
    }

    RbmSpec spec() {
        return spec;
    }

    TrainSpec train() {
        return train;
    }

    DataSet data() {
        return data;
    }

    Normalization normalization() {
        return normalization;
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
            Normals.block(stream, 0, j, 1, spec.visible(), weight, j * spec.visible());
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
