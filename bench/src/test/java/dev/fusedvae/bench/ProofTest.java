package dev.fusedvae.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.spec.FusionLevel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProofTest {
    private static final Examples EXAMPLES = examples();
    private static final Course COURSE = new Course("36-8-2", 4, EXAMPLES, Contestant.WINDOW);
    private static final Turns TURNS = new Turns(0, 0, Contestant.WINDOW);
    private static final Side SIDE = new Side("cpu", Fusion.of(FusionLevel.NONE), () -> new CpuBackend(1));

    /// Eight pictures, black and white, eight times each: what a seed learns of them shows in its ELBO.
    private static Examples examples() {
        byte[] pixels = new byte[64 * 36];
        Random random = new Random(1);
        for (int i = 0; i < 8 * 36; i++) {
            pixels[i] = (byte) (random.nextBoolean() ? 255 : 0);
        }
        for (int i = 8 * 36; i < pixels.length; i++) {
            pixels[i] = pixels[i - 8 * 36];
        }
        return Nets.pixels(pixels, 36);
    }

    /// A peer that answers `same` and `heldout` as it is told, and keeps what it was asked.
    private record Fake(double[] losses, String elbo, List<String> asked) implements Rival.Line {
        @Override
        public JsonNode ask(String command) throws Peer.Absent {
            asked.add(command);
            try {
                return new ObjectMapper().readTree(switch (command.split(" ")[0]) {
                    case "same" -> "{\"losses\": " + Arrays.toString(losses) + "}";
                    case "step" -> "{\"msMedian\": 1}";
                    case "settle" -> "{}";
                    case "heldout" -> "{\"negativeElbo\": " + elbo + "}";
                    default -> throw new Peer.Absent("fake refused " + command);
                });
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                throw new Peer.Absent("fake gave no readable answer: " + e.getMessage());
            }
        }
    }

    private static double[] ownLosses() {
        try (Contestant ours = Contestant.training(SIDE, COURSE, 1)) {
            return ours.losses(Proof.SHOWN);
        }
    }

    /// The facts of a row with one turn, against one rival.
    private static Map<String, String> prove(Rival.Line line) {
        Rival rival = Rival.of("fake", "mode", "mode", line);
        Proof proof = new Proof(SIDE, COURSE, TURNS, EXAMPLES, List.of(rival));
        try (Contestant ours = proof.start()) {
            proof.firstLosses(ours);
            rival.turn("step mode", true);
            proof.heldOut(ours);
        }
        return proof.facts();
    }

    private static double[] span() {
        return Arrays.stream(prove(new Fake(ownLosses(), "0", new ArrayList<>())).get("heldOutNegativeElbo fusedvae").split(", "))
                .mapToDouble(Double::parseDouble).sorted().toArray();
    }

    @Test
    void rivalThatTrainsWhatWeTrain_leavesTheRatio() {
        Map<String, String> facts = prove(new Fake(ownLosses(), Double.toString(span()[0]), new ArrayList<>()));
        assertFalse(facts.containsKey(Doubts.NO_RATIO), facts.toString());
        assertEquals("0.0e+00", facts.get("lossesDiffer fake"));
    }

    @Test
    void ownSeeds_areThreeDifferentElbos() {
        assertEquals(3, Arrays.stream(span()).distinct().count(), Arrays.toString(span()));
    }

    @Test
    void elbo_mayLieOneNatOutsideOfTheSpanOfOurSeeds_andNoFurther() {
        double[] span = span();
        for (double near : new double[] {span[0] - 0.9, span[2] + 0.9}) {
            assertFalse(prove(new Fake(ownLosses(), Double.toString(near), new ArrayList<>())).containsKey(Doubts.NO_RATIO));
        }
        for (double far : new double[] {span[0] - 1.2, span[2] + 1.2}) {
            assertEquals("held-out ELBO of fake is 1.2 nats off",
                    prove(new Fake(ownLosses(), Double.toString(far), new ArrayList<>())).get(Doubts.NO_RATIO));
        }
    }

    @Test
    void lossesBeyondTheTolerance_takeTheRatio() {
        double[] losses = ownLosses();
        losses[Proof.SHOWN - 1] *= 1 + 3e-4;
        assertEquals("losses of fake differ by 3.0e-04", prove(new Fake(losses, Double.toString(span()[1]), new ArrayList<>())).get(Doubts.NO_RATIO));
        losses[Proof.SHOWN - 1] /= (1 + 3e-4) * (1 + 3e-5);
        assertFalse(prove(new Fake(losses, Double.toString(span()[1]), new ArrayList<>())).containsKey(Doubts.NO_RATIO));
    }

    @Test
    void whatIsNoNumber_takesTheRatio() {
        double near = span()[1];
        String missing = prove(new Fake(new double[0], Double.toString(near), new ArrayList<>())).get(Doubts.NO_RATIO);
        assertEquals("losses of fake differ by Infinity", missing);
        assertEquals("held-out ELBO of fake is NaN nats off", prove(new Fake(ownLosses(), "null", new ArrayList<>())).get(Doubts.NO_RATIO));
        assertTrue(prove(new Fake(ownLosses(), "NaN", new ArrayList<>())).get(Doubts.NO_RATIO).startsWith("fake could not be asked for its held-out ELBO: fake gave no readable"));
    }

    @Test
    void rivalThatCannotBeAsked_keepsItsTimesAndTakesTheRatio() {
        Fake fake = new Fake(ownLosses(), Double.toString(span()[1]), new ArrayList<>());
        Map<String, String> facts = prove(command -> {
            if (command.startsWith("same")) {
                throw new Peer.Absent("fake refused it: it draws its own noise");
            }
            return fake.ask(command);
        });
        assertEquals("fake could not be asked for its losses: fake refused it: it draws its own noise", facts.get(Doubts.NO_RATIO));
    }

    @Test
    void rivalWithoutTimes_castsNoDoubt() {
        Map<String, String> facts = prove(command -> {
            throw new Peer.Absent("fake is not installed");
        });
        assertFalse(facts.containsKey(Doubts.NO_RATIO), facts.toString());
    }

    @Test
    void proofThatWasNeverAsked_isNone() {
        Rival rival = Rival.of("fake", "mode", "mode", new Fake(new double[0], "0", new ArrayList<>()));
        rival.turn("step mode", true);
        Proof proof = new Proof(SIDE, COURSE, TURNS, EXAMPLES, List.of(rival));
        assertEquals("losses of fake were not compared; held-out ELBO of fake was not compared", proof.facts().get(Doubts.NO_RATIO));
        proof.leaveOut("not proven");
        assertEquals("not proven", proof.facts().get(Doubts.NO_RATIO));
    }

    @Test
    void everyone_trainsAtLeastThreeEpochs_thenSettles() {
        List<String> asked = new ArrayList<>();
        prove(new Fake(ownLosses(), "0", asked));
        // 3 epochs of 16 steps less the 20 whose losses were compared, and 400 at a low rate; whole windows of 20 each.
        assertEquals(List.of("settle mode 36-8-2 4 40 0.001", "settle mode 36-8-2 4 400 5.0E-5", "heldout mode 36-8-2 4"), asked.subList(2, 5));
        assertEquals(5, asked.size());
    }

    /// Counts steps as the peers' scripts take them, and keeps the shape of the order that they were given.
    private static final class Counting implements Rival.Line {
        private final int warm;
        private List<Integer> order = List.of();
        private int steps;

        Counting(int warm) {
            this.warm = warm;
        }

        @Override
        public JsonNode ask(String command) throws Peer.Absent {
            String[] words = command.split(" ");
            switch (words[0]) {
                case "same" -> {
                    try {
                        order = NpzArrays.read(Path.of(words[4])).get("order").shape();
                    } catch (IOException e) {
                        throw new Peer.Absent(e.toString());
                    }
                    steps = Proof.SHOWN;
                }
                case "step" -> steps += Math.max(Contestant.WINDOW, warm - steps) + Integer.parseInt(words[4]) / Contestant.WINDOW * Contestant.WINDOW;
                case "settle" -> steps += Integer.parseInt(words[4]);
                default -> { }
            }
            return JsonNodeFactory.instance.objectNode().put("msMedian", 1);
        }
    }

    @Test
    void orderOfTheExamples_lastsForTheWholeContest() {
        for (int[] c : new int[][] {{2, 40, 7, 40}, {4, 300, 2, 100}, {1, 0, 1, 20}, {64, 40, 1, 20}}) {
            Course course = new Course("36-8-2", 64 / c[0], EXAMPLES, Contestant.WINDOW);
            Turns turns = new Turns(c[1], c[2], c[3]);
            Counting line = new Counting(c[1]);
            Rival rival = Rival.of("fake", "mode", "mode", line);
            Proof proof = new Proof(SIDE, course, turns, EXAMPLES, List.of(rival));
            try (Contestant ours = proof.start()) {
                proof.firstLosses(ours);
                turns.run(ours, List.of(rival), mode -> "step mode net 1 " + turns.steps(), () -> {});
                assertEquals(ours.steps(), line.steps);
                proof.heldOut(ours);
            }
            int needed = Math.ceilDiv(line.steps, course.stepsPerEpoch());
            assertEquals(64, line.order.get(1));
            assertTrue(line.order.getFirst() > needed, "the order of " + line.order.getFirst() + " epochs, " + needed + " were needed: " + Arrays.toString(c));
            assertTrue(line.order.getFirst() <= needed + 1 + Math.ceilDiv(Proof.SHOWN + c[1] + 4 * Contestant.WINDOW, course.stepsPerEpoch()),
                    "far too many: " + line.order + ", " + needed + " were needed: " + Arrays.toString(c));
        }
    }

    @Test
    void orderThatIsTooLong_isRefusedInOneSentence() {
        Proof proof = new Proof(SIDE, new Course("36-8-2", 64, EXAMPLES, Contestant.WINDOW), new Turns(3_000_000, 0, 20), EXAMPLES, List.of());
        try (Contestant ours = proof.start()) {
            String message = assertThrows(IllegalArgumentException.class, () -> proof.firstLosses(ours)).getMessage();
            assertTrue(message.startsWith("peers would need the order of 64 examples for 30004"), message);
        }
    }

    @Test
    void worst_isTheLargestRelativeDifference() {
        assertEquals(0, Proof.worst(new double[] {100, 200}, new double[] {100, 200}));
        assertEquals(0.02, Proof.worst(new double[] {100, 200}, new double[] {101, 196}), 1e-12);
    }

    @Test
    void worst_isNoAgreement_whereLengthsDifferOrALossIsNaN() {
        assertEquals(Double.POSITIVE_INFINITY, Proof.worst(new double[] {100}, new double[] {100, 200}));
        assertEquals(Double.POSITIVE_INFINITY, Proof.worst(new double[] {100, 200}, new double[] {100}));
        assertEquals(Double.POSITIVE_INFINITY, Proof.worst(new double[] {100, 200}, new double[] {Double.NaN, 200}));
        assertEquals(Double.POSITIVE_INFINITY, Proof.worst(new double[] {Double.NaN}, new double[] {100}));
    }

    @Test
    void settling_goesOnFromTheSameWeights_atTheNewRate() {
        try (Contestant still = Contestant.training(SIDE, COURSE, 1); Contestant slow = Contestant.training(SIDE, COURSE, 1)) {
            still.run(200);
            slow.run(200);
            double before = still.heldOut(EXAMPLES);
            still.settle(100, 1e-12);
            assertEquals(before, still.heldOut(EXAMPLES), 1e-5);
            slow.settle(100, 1e-4);
            assertTrue(Math.abs(slow.heldOut(EXAMPLES) - before) > 1e-3, "settled at " + slow.heldOut(EXAMPLES) + ", before " + before);
            assertEquals(300, still.steps());
        }
    }
}
