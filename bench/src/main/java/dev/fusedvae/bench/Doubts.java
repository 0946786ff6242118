package dev.fusedvae.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Decides whether a row may have a ratio. What must be shown of a rival is in doubt until it has been shown, and a row in which
/// anything about a contestant with times is in doubt says why, and has no ratio.
final class Doubts {
    /// The fact that stands for a ratio.
    static final String NO_RATIO = "noRatio";

    /// How far a rival is from us.
    @FunctionalInterface
    interface Difference {
        /// @throws Peer.Absent if the rival could not be asked
        double take() throws Peer.Absent;
    }

    private final Map<String, String> facts = new LinkedHashMap<>();
    private final Map<Rival, Map<String, String>> standing = new LinkedHashMap<>();
    private Optional<String> leftOut = Optional.empty();

    Doubts(List<Rival> rivals) {
        rivals.forEach(rival -> standing.put(rival, new LinkedHashMap<>()));
    }

    /// Says of every rival that `what` has to be shown, such as `losses`, which `were` not compared yet.
    void open(String what, String were) {
        standing.forEach((rival, doubts) -> doubts.put(what, what + " of " + rival.who() + " " + were + " not compared"));
    }

    /// Gives the one reason why no rival is asked.
    void leaveOut(String reason) {
        leftOut = Optional.of(reason);
    }

    void fact(String name, String value) {
        facts.put(name, value);
    }

    /// Ends the doubt about `what` of a rival, or puts `reason` in its place.
    void settle(Rival rival, String what, Optional<String> reason) {
        reason.ifPresentOrElse(r -> standing.get(rival).put(what, r), () -> standing.get(rival).remove(what));
    }

    void refused(Rival rival, String what, Peer.Absent why) {
        settle(rival, what, Optional.of(rival.who() + " could not be asked for its " + what + ": " + why.getMessage()));
    }

    /// Settles `what` of a rival by its distance from ours; a distance that is not a number is no agreement.
    void compare(Rival rival, String what, double tolerance, Difference difference) {
        try {
            double worst = difference.take();
            String shown = String.format(Locale.ROOT, "%.1e", worst);
            facts.put(what + "Differ " + rival.who(), shown);
            settle(rival, what, worst <= tolerance ? Optional.empty() : Optional.of(what + " of " + rival.who() + " differ by " + shown));
        } catch (Peer.Absent e) {
            refused(rival, what, e);
        }
    }

    /// What was found, with [#NO_RATIO] unless every contestant with times is beyond doubt. To be asked after the turns.
    Map<String, String> facts() {
        Map<String, String> all = new LinkedHashMap<>(facts);
        List<String> doubts = new ArrayList<>();
        standing.forEach((rival, those) -> {
            if (rival.timed()) {
                doubts.addAll(leftOut.map(List::of).orElse(List.copyOf(those.values())));
            }
        });
        if (!doubts.isEmpty()) {
            all.put(NO_RATIO, String.join("; ", doubts.stream().distinct().toList()));
        }
        return all;
    }
}
