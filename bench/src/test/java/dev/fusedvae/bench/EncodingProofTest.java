package dev.fusedvae.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.spec.FusionLevel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class EncodingProofTest {
    private static final int HIDDEN = 8;
    private static final int LATENT = 2;
    private static final int BATCH = 3;
    private static final Examples EXAMPLES = Nets.randomPixels(20, 36);
    private static final Course COURSE = new Course("36-8-2", BATCH, EXAMPLES, Contestant.WINDOW);
    private static final Side SIDE = new Side("cpu", Fusion.of(FusionLevel.LAYER), () -> new CpuBackend(1));

    /// The means of the first rows from the weights in `file`, by plain loops in double.
    private static double[] means(Path file) {
        try {
            Map<String, NpzArrays.Array> weights = NpzArrays.read(file);
            assertEquals(Set.of("encoder.0.weight", "encoder.0.bias", "heads.weight", "heads.bias", "decoder.0.weight", "decoder.0.bias",
                    "decoder.2.weight", "decoder.2.bias"), weights.keySet());
            assertEquals(List.of(EXAMPLES.features(), HIDDEN), weights.get("decoder.2.weight").shape());
            assertEquals(List.of(2 * LATENT, HIDDEN), weights.get("heads.weight").shape());
            assertEquals(List.of(HIDDEN), weights.get("encoder.0.bias").shape());
            double[] means = new double[BATCH * LATENT];
            for (int i = 0; i < BATCH; i++) {
                double[] x = new double[EXAMPLES.features()];
                for (int k = 0; k < x.length; k++) {
                    x[k] = EXAMPLES.value(i, k);
                }
                double[] h = Arrays.stream(linear(weights, "encoder.0", x)).map(v -> Math.max(v, 0)).toArray();
                System.arraycopy(linear(weights, "heads", h), 0, means, i * LATENT, LATENT);
            }
            return means;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static double[] linear(Map<String, NpzArrays.Array> weights, String name, double[] x) {
        double[] y = new double[weights.get(name + ".bias").shape().getFirst()];
        for (int n = 0; n < y.length; n++) {
            y[n] = weights.get(name + ".bias").real(n);
            for (int k = 0; k < x.length; k++) {
                y[n] += weights.get(name + ".weight").real(n * x.length + k) * x[k];
            }
        }
        return y;
    }

    /// A rival that answers what `answer` makes of the right means.
    private static Rival.Line rival(UnaryOperator<double[]> answer) {
        return command -> {
            String[] words = command.split(" ");
            if (words[0].equals("encode")) {
                return json("{\"msMedian\": 1}");
            }
            assertEquals("mean mode 36-8-2 3", String.join(" ", Arrays.asList(words).subList(0, 4)));
            return json("{\"means\": " + Arrays.toString(answer.apply(means(Path.of(words[4])))).replace("NaN", "null") + "}");
        };
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    /// The facts of a row with one turn.
    private static Map<String, String> prove(Rival.Line line) {
        Rival rival = Rival.of("fake", "mode", "mode", line);
        EncodingProof proof = new EncodingProof(COURSE, List.of(rival));
        try (Contestant ours = Contestant.encoder(SIDE, COURSE)) {
            proof.means(ours);
            rival.turn("encode mode", true);
        }
        return proof.facts();
    }

    /// The right means with the largest of them off by a share of itself.
    private static double[] off(double[] means, double share) {
        double[] all = means.clone();
        int largest = 0;
        for (int i = 1; i < all.length; i++) {
            largest = Math.abs(all[i]) > Math.abs(all[largest]) ? i : largest;
        }
        all[largest] *= 1 + share;
        return all;
    }

    @Test
    void rivalThatEncodesWithOurWeights_leavesTheRatio() {
        Map<String, String> facts = prove(rival(means -> means));
        assertEquals(Set.of("meansDiffer fake"), facts.keySet());
        assertTrue(Double.parseDouble(facts.get("meansDiffer fake")) < 1e-6, facts.toString());
    }

    @Test
    void meansBeyondTheTolerance_takeTheRatio() {
        assertEquals("means of fake differ by 3.0e-04", prove(rival(means -> off(means, 3e-4))).get(Doubts.NO_RATIO));
        assertFalse(prove(rival(means -> off(means, 3e-5))).containsKey(Doubts.NO_RATIO));
    }

    @Test
    void meansOfOtherRows_takeTheRatio() {
        Map<String, String> facts = prove(rival(means -> {
            double[] turned = means.clone();
            System.arraycopy(means, LATENT, turned, 0, means.length - LATENT);
            System.arraycopy(means, 0, turned, means.length - LATENT, LATENT);
            return turned;
        }));
        assertTrue(facts.get(Doubts.NO_RATIO).startsWith("means of fake differ by "), facts.toString());
    }

    @Test
    void noNumbersOrTooFewOrTooMany_takeTheRatio() {
        String infinite = "means of fake differ by Infinity";
        assertEquals(infinite, prove(rival(means -> off(means, Double.NaN))).get(Doubts.NO_RATIO));
        assertEquals(infinite, prove(rival(means -> new double[0])).get(Doubts.NO_RATIO));
        assertEquals(infinite, prove(rival(means -> Arrays.copyOf(means, means.length - 1))).get(Doubts.NO_RATIO));
        assertEquals(infinite, prove(rival(means -> Arrays.copyOf(means, means.length + 1))).get(Doubts.NO_RATIO));
        assertEquals(infinite, prove(command -> json("{\"msMedian\": 1}")).get(Doubts.NO_RATIO));
    }

    @Test
    void rivalThatCannotBeAsked_keepsItsTimesAndTakesTheRatio() {
        Map<String, String> facts = prove(command -> {
            if (command.startsWith("mean ")) {
                throw new Peer.Absent("fake refused it: it knows no such command");
            }
            return json("{\"msMedian\": 1}");
        });
        assertEquals(Map.of(Doubts.NO_RATIO, "fake could not be asked for its means: fake refused it: it knows no such command"), facts);
    }

    @Test
    void rivalThatIsNotThere_castsNoDoubt() {
        Rival absent = Rival.absent("fake", "mode", new Peer.Absent("fake is not installed"));
        EncodingProof proof = new EncodingProof(COURSE, List.of(absent));
        try (Contestant ours = Contestant.encoder(SIDE, COURSE)) {
            proof.means(ours);
        }
        assertEquals(Map.of(), proof.facts());
    }

    @Test
    void proofThatWasNeverAsked_isNone() {
        Rival rival = Rival.of("fake", "mode", "mode", rival(means -> means));
        rival.turn("encode mode", true);
        assertEquals("means of fake were not compared", new EncodingProof(COURSE, List.of(rival)).facts().get(Doubts.NO_RATIO));
    }

    @Test
    void worst_isAShareOfTheLargestMean() {
        assertEquals(0.05, EncodingProof.worst(new float[] {1, -4}, new double[] {1.2, -4}), 1e-12);
        assertEquals(Double.POSITIVE_INFINITY, EncodingProof.worst(new float[] {0, 0}, new double[] {0, 0}));
        assertEquals(Double.POSITIVE_INFINITY, EncodingProof.worst(new float[] {Float.NaN, 1}, new double[] {1, 1}));
    }

    @Test
    void batchBeyondTheExamples_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Course("36-8-2", 21, EXAMPLES, Contestant.WINDOW));
    }

    @Test
    void oneThatTrains_givesNoMeans() {
        try (Contestant ours = Contestant.training(SIDE, COURSE, 1)) {
            assertEquals("one that trains is no encoder", assertThrows(IllegalStateException.class, ours::means).getMessage());
        }
    }
}
