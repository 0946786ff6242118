package dev.fusedvae.bench;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.lab.PeerTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Whether a row of a contest may have a ratio: only if every rival was shown to train what we train.
///
/// All start from the same weights and the same order of examples; on the same noise the first 20 losses must agree
/// ([#firstLosses], before the turns), and after the timed steps, at least three epochs and some steps at a low rate, the
/// held-out ELBO must be near what the engine's own seeds give ([#heldOut], after the turns). A rival with times that failed
/// either, could not be asked, or was not asked, leaves the row with times and no ratio.
public final class Proof {
    /// Steps whose losses are compared.
    public static final int SHOWN = 20;
    /// The largest relative difference of a loss on equal weights, examples and noise.
    public static final double LOSS_TOLERANCE = 1e-4;
    /// How far a held-out ELBO may lie outside of what the engine's own seeds span after equally many steps, in nats per example.
    static final double ELBO_TOLERANCE_NATS = 1;
    private static final String LOSSES = "losses";
    private static final String ELBO = "held-out ELBO";

    /// Seeds of order and noise; the first is that of the timed run. After two epochs of batches of 20 the ELBO of one seed is
    /// up to 1.2 nats from that of another, so a peer with its own noise cannot be nearer than that.
    private static final List<Long> SEEDS = List.of(1L, 2L, 3L);
    /// Before the held-out ELBO is taken all train on, untimed, until so many epochs are over: in the first two the loss
    /// falls by ten nats per epoch, and which contestant is ahead is chance.
    private static final int EPOCHS = 3;
    private static final double RATE = 1e-3;
    /// Then all take untimed steps at a twentieth of the learning rate: at the full rate the ELBO varies by several nats from
    /// step to step where the batch is small.
    private static final double SETTLING_RATE = 5e-5;
    private static final int FEWEST_SETTLING_STEPS = 400;
    private static final int MOST_SETTLING_STEPS = 2000;

    private final Side side;
    private final Course course;
    private final Turns turns;
    private final Examples heldOut;
    private final List<Rival> rivals;
    private final Doubts doubts;

    /// @param turns that come between the two comparisons
    public Proof(Side side, Course course, Turns turns, Examples heldOut, List<Rival> rivals) {
        this.side = side;
        this.course = course;
        this.turns = turns;
        this.heldOut = heldOut;
        this.rivals = rivals;
        doubts = new Doubts(rivals);
        doubts.open(LOSSES, "were");
        doubts.open(ELBO, "was");
    }

    /// Our side at the start of the timed run; the caller closes it.
    public Contestant start() {
        return Contestant.training(side, course, SEEDS.getFirst());
    }

    /// Gives the one reason why no rival is asked.
    public void leaveOut(String reason) {
        doubts.leaveOut(reason);
    }

    /// Epochs for which every rival needs our order of the examples, and one more: an order that is used twice is not our training.
    int epochs() {
        int timed = turns.most(SHOWN, course.window());
        int going = EPOCHS * course.stepsPerEpoch() + course.window(); // where the turns are shorter than that
        return Math.ceilDiv(Math.max(timed, going) + settling(), course.stepsPerEpoch()) + 1;
    }

    /// Steps that are left to the last of the epochs before settling.
    private int going(int done) {
        return course.whole(Math.max(0, EPOCHS * course.stepsPerEpoch() - done));
    }

    private int settling() {
        return course.whole(Math.clamp(course.stepsPerEpoch(), FEWEST_SETTLING_STEPS, MOST_SETTLING_STEPS));
    }

    /// Compares the first losses of all contestants on equal weights, examples and noise.
    ///
    /// @param ours fresh from [#start]
    public void firstLosses(Contestant ours) {
        try {
            Path file = Files.createTempFile("fusedvae-start", ".npz");
            try {
                ours.export(file, SHOWN, epochs());
                double[] losses = ours.losses(SHOWN);
                rivals.forEach(rival -> doubts.compare(rival, LOSSES, LOSS_TOLERANCE, () -> worst(losses,
                        rival.numbers("same %s %s %d %s".formatted(rival.mode(), course.net(), course.batch(), file), LOSSES))));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot hand the start of a contest to the peers", e);
        }
    }

    /// Lets all contestants train on and compares the held-out ELBOs. Where our own side fails, the times are kept, and the row has no ratio.
    ///
    /// @param ours as it is after its turns
    public void heldOut(Contestant ours) {
        if (rivals.stream().noneMatch(Rival::timed)) {
            return;
        }
        int going = going(ours.steps());
        try {
            ours.run(going);
            List<Double> span = ownHeldOut(ours);
            doubts.fact("heldOutNegativeElbo " + PeerTable.OURS, span.stream().map(Proof::nats).collect(Collectors.joining(", ")));
            rivals.stream().filter(Rival::timed).forEach(rival -> heldOut(rival, going, span));
        } catch (RuntimeException e) {
            leaveOut("our own held-out ELBO could not be taken: " + e);
        }
    }

    private void heldOut(Rival rival, int going, List<Double> span) {
        String who = "%s %s %d".formatted(rival.mode(), course.net(), course.batch());
        try {
            if (going > 0) {
                rival.ask("settle " + who + " " + going + " " + RATE);
            }
            rival.ask("settle " + who + " " + settling() + " " + SETTLING_RATE);
            double theirs = rival.ask("heldout " + who).path("negativeElbo").asDouble(Double.NaN);
            doubts.fact("heldOutNegativeElbo " + rival.who(), nats(theirs));
            double off = Math.max(Collections.min(span) - theirs, theirs - Collections.max(span));
            doubts.settle(rival, ELBO, off <= ELBO_TOLERANCE_NATS ? Optional.empty()
                    : Optional.of(String.format(Locale.ROOT, "%s of %s is %.1f nats off", ELBO, rival.who(), off)));
        } catch (Peer.Absent e) {
            doubts.refused(rival, ELBO, e);
        }
    }

    /// The engine's after the timed steps, and after as many from the same weights with other seeds.
    private List<Double> ownHeldOut(Contestant ours) {
        int steps = ours.steps();
        List<Double> all = new ArrayList<>();
        ours.settle(settling(), SETTLING_RATE);
        all.add(ours.heldOut(heldOut));
        for (long seed : SEEDS.subList(1, SEEDS.size())) {
            try (Contestant other = Contestant.training(side, course, seed)) {
                other.losses(SHOWN); // as ours began, so that whole windows make as many steps
                other.run(steps - SHOWN);
                other.settle(settling(), SETTLING_RATE);
                all.add(other.heldOut(heldOut));
            }
        }
        return all;
    }

    /// As [Doubts#facts].
    public Map<String, String> facts() {
        return doubts.facts();
    }

    /// The largest relative difference of losses from `ours`; infinite where the lengths differ or one is not a number.
    public static double worst(double[] ours, double[] theirs) {
        double worst = ours.length == theirs.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(ours.length, theirs.length); i++) {
            double error = Math.abs(ours[i] - theirs[i]) / Math.abs(ours[i]);
            worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
        }
        return worst;
    }

    private static String nats(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
