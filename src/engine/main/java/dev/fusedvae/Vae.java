package dev.fusedvae;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Backends;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.ImageShape;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.eval.Evaluator;
import dev.fusedvae.eval.ImportanceSampling;
import dev.fusedvae.eval.Inference;
import dev.fusedvae.eval.Inputs;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.Evaluation;
import dev.fusedvae.run.History;
import dev.fusedvae.run.MarginalLikelihood;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import dev.fusedvae.train.FolderLock;
import dev.fusedvae.train.Model;
import dev.fusedvae.train.ModelFolder;
import dev.fusedvae.train.Trainer;
import dev.fusedvae.train.TrainingJob;
import dev.fusedvae.train.Unfinished;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/// A trained model: immutable, for any number of threads at once.
///
///     try (Vae vae = Vae.load(Path.of("runs/mnist"))) {
///         float[][] mu = vae.encode(images).mu();
///         float[][] fresh = vae.sample(16, 42);
///     }
///
/// Rows are `float[features]` or `float[latent]`. Data goes in raw and is normalised as the model was trained; decoded rows
/// are means of p(x|z) in the model's space: probabilities for a Bernoulli likelihood. Figures are in nats per example.
public final class Vae implements AutoCloseable {
    private final Model model;
    private final BackendChoice choice;
    private final Backend backend;
    private final List<String> notes;
    private final Graph encodeGraph;
    private final Graph decodeGraph;
    private final Graph elboGraph;
    private final Inference encoder;
    private final Inference decoder;
    private final Inference elbo;
    private final Generator generator;
    private volatile boolean closed;

    private Vae(Model model, BackendChoice choice, Backends.Opened opened) {
        this.model = model;
        this.choice = choice;
        backend = opened.backend();
        notes = opened.notes();
        Binarization binarization = model.train().binarization();
        encodeGraph = Graphs.encode(model.spec(), binarization == Binarization.DYNAMIC ? Binarization.NONE : binarization);
        decodeGraph = Graphs.decode(model.spec());
        elboGraph = Graphs.elbo(model.spec(), binarization);
        encoder = new Inference(backend, encodeGraph, model.parameters());
        decoder = new Inference(backend, decodeGraph, model.parameters());
        elbo = new Inference(backend, elboGraph, model.parameters());
        generator = new Generator(model);
    }

    /// Trains a model and, where `options` name a folder, saves it there.
    ///
    /// @throws dev.fusedvae.data.DataException            if the model cannot take the data
    /// @throws dev.fusedvae.run.TrainingDiverged        if a NaN or an infinity turns up
    /// @throws dev.fusedvae.io.IoFailure                  if the folder cannot be written or resumed from
    /// @throws dev.fusedvae.io.OccupiedFolder             if the folder holds another model, an unfinished training or one that runs
    /// @throws dev.fusedvae.run.BackendUnavailableException if a backend asked for by name cannot run
    public static Vae train(VaeSpec spec, TrainSpec train, Split data, Normalization normalization, RunOptions options,
                            TrainingListener listener) {
        TrainingJob job = new TrainingJob(spec, train, data, normalization);
        Optional<FolderLock> lock = options.out().map(FolderLock::take);
        try {
            return train(job, options, listener);
        } finally {
            lock.ifPresent(FolderLock::close);
        }
    }

    private static Vae train(TrainingJob job, RunOptions options, TrainingListener listener) {
        Backends.Opened opened = Backends.open(options.backend());
        try {
            Model model = Model.of(job, Trainer.train(job, opened.backend(), options, listener, opened.notes()));
            options.out().ifPresent(folder -> {
                ModelFolder.save(folder, model);
                Unfinished.clear(folder);
            });
            return new Vae(model, options.backend(), opened);
        } catch (RuntimeException e) {
            opened.backend().close();
            throw e;
        }
    }

    /// Loads a model folder onto the best backend that runs here.
    ///
    /// @throws dev.fusedvae.io.IoFailure in one sentence, if the folder does not hold a model
    public static Vae load(Path folder) {
        return load(folder, BackendChoice.auto());
    }

    /// Loads a model folder onto a backend.
    public static Vae load(Path folder, BackendChoice backend) {
        Model model = ModelFolder.load(folder);
        Backends.Opened opened = Backends.open(backend);
        List<String> notes = new ArrayList<>(opened.notes());
        Unfinished.note(folder).ifPresent(notes::add);
        return new Vae(model, backend, new Backends.Opened(opened.backend(), notes));
    }

    /// Writes the model's files into `folder`; see [ModelFolder].
    public void save(Path folder) {
        ModelFolder.save(folder, model);
    }

    public VaeSpec spec() {
        return model.spec();
    }

    public TrainSpec trainSpec() {
        return model.train();
    }

    public Normalization normalization() {
        return model.normalization();
    }

    /// The picture that an example forms, where it is one.
    public Optional<ImageShape> image() {
        return model.image();
    }

    /// A copy of a parameter, row-major, under the name of the layer as the engine knows it: `encoder.0.weight`,
    /// `heads.bias`, `likelihood.log_var`.
    public float[] parameter(String name) {
        return model.parameters().values(name);
    }

    /// Name of the data the model was trained on, or empty.
    public String dataName() {
        return model.data();
    }

    public History history() {
        return model.history();
    }

    /// What the model was trained on: Java, vectors, backend; empty if unknown.
    public Map<String, String> environment() {
        return model.environment();
    }

    /// What runs the arithmetic, in words.
    public String device() {
        return backend.device();
    }

    /// `cpu`, `cuda` or `reference`.
    public String backendName() {
        return backend.name();
    }

    /// How the backend was chosen, what slows it down, and whether a newer training lies unfinished in the folder, a line each.
    public List<String> notes() {
        return notes;
    }

    /// q(z|x) of every example. A model trained on dynamic binarization takes the intensities themselves, so that a code
    /// depends on its example alone.
    public Codes encode(DataSet data) {
        open();
        Inputs.checkFeatures(spec(), data);
        int latent = spec().latent();
        int width = latent * spec().objective().headsPerLatent();
        float[][] mu = new float[data.size()][latent];
        float[][] logVar = new float[data.size()][width - latent];
        Tensor heads = encodeGraph.results().getFirst();
        float[] values = new float[encoder.batch() * width];
        encoder.run(Inputs.examples(data, normalization()), 0, (ran, first, rows) -> {
            ran.read(heads, values);
            for (int r = 0; r < rows; r++) {
                System.arraycopy(values, r * width, mu[first + r], 0, latent);
                System.arraycopy(values, r * width + latent, logVar[first + r], 0, width - latent);
            }
        });
        return new Codes(mu, logVar);
    }

    /// q(z|x) of rows of raw values.
    public Codes encode(float[][] rows) {
        return encode(DataSet.of(rows));
    }

    /// The means of p(x|z) for rows of latents.
    public float[][] decode(float[][] z) {
        return outputs(z, generator::means);
    }

    /// The means of p(x|z) for `count` latents from the prior; the same for the same seed, and the first ones of a larger count.
    public float[][] sample(int count, long seed) {
        return decode(generator.prior(count, seed));
    }

    /// Examples drawn from p(x|z), for the latents of [#sample].
    public float[][] draw(int count, long seed) {
        return outputs(generator.prior(count, seed), (y, first, rows, to) -> generator.draw(y, first, rows, to, seed));
    }

    /// The means of p(x|z) at the mean of q(z|x).
    public float[][] reconstruct(DataSet data) {
        return decode(encode(data).mu());
    }

    /// The ELBO of every example with one noise sample each, numbered by example under the training's seed.
    public Evaluation evaluate(DataSet data) {
        open();
        Inputs.check(spec(), trainSpec().binarization(), data, normalization());
        return Evaluator.evaluate(elbo, elboGraph, Inputs.examples(data, normalization()), trainSpec().seed());
    }

    /// log p(x) of every example by `samples` importance samples each, numbered by example under the training's seed; z must
    /// be random, so not for autoencoders. It takes the backend's threads, and time: samples·examples passes of the decoder.
    ///
    /// @param progress told the number of examples done, now and then
    public MarginalLikelihood logLikelihood(DataSet data, int samples, IntConsumer progress) {
        open();
        Inputs.check(spec(), trainSpec().binarization(), data, normalization());
        return new ImportanceSampling(backend, spec(), trainSpec().binarization(), model.parameters(), samples)
                .evaluate(Inputs.examples(data, normalization()), trainSpec().seed(), progress);
    }

    /// A session for calls of `batch` rows with the least delay, on `threads` threads of its own.
    public Session session(int batch, int threads) {
        open();
        if (batch < 1 || threads < 1) {
            throw new IllegalArgumentException("a session needs a batch and threads of at least 1, got " + batch + " and " + threads);
        }
        Backend own = Backends.open(new BackendChoice(backendName(), threads, choice.cuda())).backend();
        return new Session(own, encodeGraph, decodeGraph, batch, model.parameters());
    }

    private float[][] outputs(float[][] z, Generator.Output output) {
        open();
        if (z.length == 0) {
            return new float[0][];
        }
        DataSet latents = DataSet.of(z).withName("z");
        if (latents.features() != spec().latent()) {
            throw new IllegalArgumentException("rows of z must have " + spec().latent() + " values, got " + latents.features());
        }
        float[][] x = new float[z.length][spec().features()];
        Tensor y = decodeGraph.results().getFirst();
        float[] values = new float[Math.toIntExact(y.elements(decoder.batch()))];
        decoder.run(Inputs.examples(latents, Normalization.none()), 0, (ran, first, rows) -> {
            ran.read(y, values);
            output.write(values, first, rows, x);
        });
        return x;
    }

    private void open() {
        if (closed) {
            throw new IllegalStateException("this model is closed");
        }
    }

    /// Ends the backend's threads; calls that are under way may fail.
    @Override
    public void close() {
        try (backend; elbo; decoder; encoder) { // all of them, whichever fails
            closed = true;
        }
    }
}
