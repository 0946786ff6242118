package dev.fusedvae.backend;

import dev.fusedvae.graph.Op;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.Step;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.Binarization;

/// Where a plan's batches and noise come from: rows of a resident data set, in an order that is a pure function.
public sealed interface Feed {
    Examples examples();

    long seed();

    /// Makes `record` the record of step `index` of a run.
    void fill(long index, Step record);

    /// The latent noise.
    Stream noise();

    /// The draws of dynamic binarization.
    Stream binarization();

    /// The number that stands for row `row` of the batch in the counters of noise and binarization.
    long noiseRow(Step step, int row);

    /// Refuses a feed that does not fit `plan`: another width, another batch, or binarization of values less a mean.
    default void check(Plan plan) {
        for (Op op : plan.graph().ops()) {
            if (op instanceof Op.Gather gather) {
                require(gather.x().width() == examples().features(), "the plan reads rows of %d values, the data has %d",
                        gather.x().width(), examples().features());
                require(gather.binarization() == Binarization.NONE || examples().mean().length == 0,
                        "values less a mean are no probabilities: binarize data that is not centred");
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
        public long noiseRow(Step step, int row) {
            return row;
        }
    }

    /// Inference: rows in the order of the data set; noise is numbered by example, so that no result depends on the
    /// batch size. Step i covers rows i·batch and on.
    record Inference(Examples examples, int batch, long seed) implements Feed {
        @Override
        public void fill(long index, Step record) {
            int position = Math.toIntExact(index * batch);
            if (index < 0 || position >= examples.count()) {
                throw new IllegalArgumentException("there is no step " + index + ": " + examples.count() + " examples in batches of " + batch);
            }
            record.inference(position, Math.min(batch, examples.count() - position));
        }

        /// Steps that cover all examples.
        public int steps() {
            return Math.ceilDiv(examples.count(), batch);
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
    }
}
