package dev.fusedvae.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.Step;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A feed that does not fit a plan is an error when the plan is loaded, before anything runs.
class FeedTest {
    private static final int BATCH = 4;

    private static Plan plan(Binarization binarization) {
        return Plan.of(Graphs.encode(VaeSpec.of(6, List.of(5), 2), binarization), FusionLevel.LAYER, BATCH);
    }

    private static Feed.Inference feed(int features, int batch, float[] mean) {
        return new Feed.Inference(new Examples.Floats(new float[3 * features], features, 0, 1, mean), batch, 1);
    }

    private static String refusal(String name, Binarization binarization, Feed feed) {
        try (Backend backend = name.equals("cpu") ? new CpuBackend(2) : new ReferenceBackend()) {
            return assertThrows(IllegalArgumentException.class, () -> backend.load(plan(binarization), feed)).getMessage();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "reference"})
    void feed_mustFitThePlan(String backend) {
        assertEquals("the plan reads rows of 6 values, the data has 7", refusal(backend, Binarization.NONE, feed(7, BATCH, new float[0])));
        assertEquals("the plan runs batches of 4 rows, the feed gives 8", refusal(backend, Binarization.NONE, feed(6, 8, new float[0])));
        assertEquals("values less a mean are no probabilities: binarize data that is not centred",
                refusal(backend, Binarization.DYNAMIC, feed(6, BATCH, new float[6])));
    }

    @Test
    void stepsEndWithTheExamples() {
        Feed.Inference feed = feed(6, 2, new float[0]);
        Step step = new Step();
        feed.fill(1, step);
        assertEquals(1, step.rows());
        assertEquals("there is no step 2: 3 examples in batches of 2",
                assertThrows(IllegalArgumentException.class, () -> feed.fill(2, step)).getMessage());
    }
}
