package dev.fusedvae.backend;

import dev.fusedvae.graph.Op;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.Step;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.Binarization;

/// Where a plan's batches and noise come from: rows of a data set in memory, in an order that is a pure function of seed and step.
public sealed interface Feed {
    Examples examples();

    long seed();

    /// Fills `record` with the values of step `index` of a run.
    void fill(long index, Step record);

    /// The random stream of the latent noise.
    Stream noise();

    /// The random stream of dynamic binarization.
    Stream binarization();

    /// The random stream of the corruption of the encoder's input (denoising).
    Stream corruption();

    /// The random stream of the sampled states of Gibbs phase `site`.
    default Stream gibbs(int site) {
        return new Stream(seed(), Purpose.GIBBS, site);
    }

    /// The row number that binarization and corruption put into their random counters for row `row` of the batch.
    long noiseRow(Step step, int row);

    /// The row number that the latent noise puts into its random counters for sample `sample` of row `row`, when every example has
    /// `samples` samples in this step. The numbers of one row's samples are consecutive; in training those of the next row follow.
    long sampleRow(Step step, int row, int sample, int samples);

    /// Throws if this feed does not fit `plan`: another width, another batch size, another number of samples, or binarization of
    /// values from which a mean is subtracted.
    default void check(Plan plan) {
        for (Op op : plan.graph().ops()) {
            if (op instanceof Op.Gather gather) {
                require(gather.x().width() == examples().features(), "the plan reads rows of %d values, the data has %d",
                        gather.x().width(), examples().features());
                require(gather.binarization() == Binarization.NONE || examples().mean().length == 0,
                        "values less a mean are no probabilities: binarize data that is not centred");
            }
        }
        switch (this) {
            case Training training -> { }
            case Inference inference -> {
                for (Op op : plan.graph().ops()) {
                    require(!(op instanceof Op.Noise noise) || noise.eps().samples() * inference.chunks() == inference.samples(),
                            "the plan and the feed disagree on the samples of an example: %d in %d chunks", inference.samples(), inference.chunks());
                }
            }
        }
        require(batch() == plan.batch(), "the plan runs batches of %d rows, the feed gives %d", plan.batch(), batch());
    }

    /// Rows of a full batch.
    int batch();

    private static void require(boolean valid, String message, Object... args) {
        if (!valid) {
            throw new IllegalArgumentException(message.formatted(args));
        }
    }

    /// Training: a fresh permutation every epoch; noise is numbered by batch row.
    record Training(Examples examples, StepTable table) implements Feed {
        @Override
        public int batch() {
            return table.train().batchSize();
        }

        @Override
        public long seed() {
            return table.train().seed();
        }

        @Override
        public void fill(long index, Step record) {
            table.fill(index, record);
        }

        @Override
        public Stream noise() {
            return new Stream(seed(), Purpose.TRAINING_NOISE, 0);
        }

        @Override
        public Stream binarization() {
            return new Stream(seed(), Purpose.BINARIZATION, 0);
        }

        @Override
        public Stream corruption() {
            return new Stream(seed(), Purpose.CORRUPTION, 0);
        }

        @Override
        public long noiseRow(Step step, int row) {
            return row;
        }

        @Override
        public long sampleRow(Step step, int row, int sample, int samples) {
            return (long) row * samples + sample;
        }
    }

    /// Inference: rows in the order of the data set. Noise is numbered by example, so that no result depends on the batch size.
    ///
    /// The `samples` samples of an example are computed in `chunks` equal chunks: step i computes chunk i mod chunks of the `batch`
    /// rows from row (i / chunks)·batch on. A sample is numbered by its example and by its place among all samples of the example,
    /// so that no result depends on the size of a chunk either.
    record Inference(Examples examples, int batch, long seed, int samples, int chunks) implements Feed {
        public Inference {
            require(samples >= 1 && chunks >= 1 && samples % chunks == 0, "samples come in equal chunks, got %d in %d", samples, chunks);
        }

        /// One sample per example.
        public Inference(Examples examples, int batch, long seed) {
            this(examples, batch, seed, 1, 1);
        }

        @Override
        public void fill(long index, Step record) {
            int position = Math.toIntExact(index / chunks * batch);
            if (index < 0 || position >= examples.count()) {
                throw new IllegalArgumentException("there is no step " + index + ": " + examples.count() + " examples in batches of " + batch);
            }
            record.inference(position, Math.min(batch, examples.count() - position), index % chunks * (samples / chunks));
        }

        /// The number of steps for all examples and samples.
        public int steps() {
            return Math.multiplyExact(Math.ceilDiv(examples.count(), batch), chunks);
        }

        @Override
        public Stream noise() {
            return new Stream(seed, Purpose.EVALUATION, 0);
        }

        @Override
        public Stream binarization() {
            return new Stream(seed, Purpose.EVALUATION, 1);
        }

        @Override
        public long noiseRow(Step step, int row) {
            return (long) step.position() + row;
        }

        @Override
        public Stream corruption() {
            return new Stream(seed, Purpose.EVALUATION, 2);
        }

        @Override
        public long sampleRow(Step step, int row, int sample, int samplesOfStep) {
            return noiseRow(step, row) * samples + step.firstSample() + sample;
        }
    }
}
