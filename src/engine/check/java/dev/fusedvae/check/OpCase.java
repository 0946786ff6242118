package dev.fusedvae.check;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.RbmGraphs;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Initialization;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.RbmSpec;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;

/// A model, a batch and a data set at which ops are verified. Its [#toString] names all of it: `13of16x207-64-5-64-207/gelu`
/// is a batch of 16 of which 13 rows are live, features-hidden-latent-hidden-features, and what differs from the defaults.
///
/// @param batch  rows for which grids and slots are sized
/// @param rows   live rows: the last batch of an epoch may be smaller
/// @param stored how examples lie in memory
/// @param gibbs  where the case is a restricted Boltzmann machine of the spec's features and latents: Gibbs steps and kind of chains
public record OpCase(VaeSpec spec, int batch, int rows, OptimizerSpec optimizer, OptionalDouble clipNorm,
                     Binarization binarization, Stored stored, Optional<Gibbs> gibbs) {
    /// CD-`steps`, or PCD-`steps`.
    public record Gibbs(int steps, boolean persistent) {}

    /// The step that is verified: the second, so that Adam's corrections of the first and second moment differ.
    public static final long STEP = 1;

    static final long SEED = 20261121;

    /// Floats; floats less a mean; bytes of grey pixels; bytes of another full scale.
    public enum Stored { FLOATS, CENTRED, BYTES, BYTES16 }

    public OpCase {
        if (rows < 1 || rows > batch) {
            throw new IllegalArgumentException("a batch of " + batch + " rows has 1 to " + batch + " live ones, got " + rows);
        }
    }

    /// The case called `text`.
    ///
    /// @throws IllegalArgumentException if it is none, with an example
    public static OpCase parse(String text) {
        return OpCaseText.parse(text);
    }

    @Override
    public String toString() {
        return OpCaseText.of(this);
    }

    OpCase with(VaeSpec other) {
        return new OpCase(other, batch, rows, optimizer, clipNorm, binarization, stored, gibbs);
    }

    OpCase with(OptimizerSpec other, OptionalDouble norm) {
        return new OpCase(spec, batch, rows, other, norm, binarization, stored, gibbs);
    }

    OpCase with(Binarization other, Stored form) {
        return new OpCase(spec, batch, rows, optimizer, clipNorm, other, form, gibbs);
    }

    OpCase with(Gibbs chains) {
        return new OpCase(spec, batch, rows, optimizer, clipNorm, binarization, stored, Optional.of(chains));
    }

    TrainSpec train() {
        return new TrainSpec(batch, 1, SEED, optimizer, new Schedule.Constant(), clipNorm, binarization, Initialization.UNIFORM);
    }

    /// The plan of a training step.
    public Plan plan(FusionLevel level) {
        return plan(Fusion.of(level));
    }

    Plan plan(Fusion fusion) {
        return Plan.of(gibbs.map(g -> RbmGraphs.training(new RbmSpec(spec.features(), spec.latent(), g.steps(), g.persistent()), optimizer, binarization))
                .orElseGet(() -> Graphs.training(spec, optimizer, clipNorm, binarization)), fusion, batch);
    }

    /// Examples enough for a full batch and the live rows of [#STEP], integers only where `exact`.
    Feed feed(boolean exact) {
        int count = batch + rows;
        return new Feed.Training(examples(count, exact, new Random(SEED)), new StepTable(train(), spec.objective(), count));
    }

    private Examples examples(int count, boolean exact, Random random) {
        int features = spec.features();
        float[] mean = new float[stored == Stored.CENTRED ? features : 0];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = exact ? i % 3 - 1 : random.nextFloat();
        }
        return switch (stored) {
            case FLOATS, CENTRED -> {
                float[] values = new float[count * features];
                for (int i = 0; i < values.length; i++) {
                    values[i] = exact || i % 7 == 0 ? random.nextInt(2) : random.nextFloat();
                }
                yield new Examples.Floats(values, features, 0, 1, mean);
            }
            case BYTES -> bytes(count, 255, exact, random);
            case BYTES16 -> bytes(count, 16, exact, random);
        };
    }

    private Examples bytes(int count, int fullScale, boolean exact, Random random) {
        byte[] values = new byte[count * spec.features()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (exact ? fullScale * random.nextInt(2) : random.nextInt(fullScale + 1));
        }
        float[] table = new float[256];
        for (int v = 0; v < 256; v++) {
            table[v] = Math.min(1, v / (float) fullScale);
        }
        return new Examples.Bytes(values, spec.features(), table, fullScale, new float[0]);
    }
}
