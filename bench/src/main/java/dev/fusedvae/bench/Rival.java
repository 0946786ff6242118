package dev.fusedvae.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.StreamSupport;

/// One mode of a peer in one row of a contest: it takes its turns until it refuses one, and then leaves with the reason.
public final class Rival {
    /// How a peer is asked.
    @FunctionalInterface
    public interface Line {
        /// @throws Peer.Absent if it refuses the command or has ended
        JsonNode ask(String command) throws Peer.Absent;
    }

    private final String who;
    private final String mode;
    private final String ran;
    private final Line line;
    private final List<Double> millis = new ArrayList<>();
    private Optional<String> out;
    private OptionalDouble loss = OptionalDouble.empty();

    private Rival(String who, String mode, String ran, Line line, Optional<String> out) {
        this.who = who;
        this.mode = mode;
        this.ran = ran;
        this.line = line;
        this.out = out;
    }

    /// @param who  its name in the row
    /// @param mode its name in a command
    /// @param ran  what runs, in words
    public static Rival of(String who, String mode, String ran, Line line) {
        return new Rival(who, mode, ran, line, Optional.empty());
    }

    /// One that cannot take part.
    public static Rival absent(String who, String mode, Peer.Absent why) {
        return new Rival(who, mode, "", command -> {
            throw why;
        }, Optional.of(why.getMessage()));
    }

    public String who() {
        return who;
    }

    String mode() {
        return mode;
    }

    /// Whether it still takes its turns.
    boolean takesPart() {
        return out.isEmpty();
    }

    /// Whether it has times that a ratio could be of.
    boolean timed() {
        return takesPart() && !millis.isEmpty();
    }

    /// Its training loss at the end of its last turn, if it reports one.
    public OptionalDouble loss() {
        return loss;
    }

    JsonNode ask(String command) throws Peer.Absent {
        return line.ask(command);
    }

    /// The list `field` of an answer; entries that are not numbers become NaN.
    double[] numbers(String command, String field) throws Peer.Absent {
        return StreamSupport.stream(ask(command).path(field).spliterator(), false).mapToDouble(n -> n.asDouble(Double.NaN)).toArray();
    }

    /// Takes a turn, unless it is out.
    ///
    /// @param counts whether its time is kept
    void turn(String command, boolean counts) {
        if (!takesPart()) {
            return;
        }
        try {
            JsonNode answer = ask(command);
            double time = answer.path("msMedian").asDouble();
            if (!(time > 0)) {
                throw new Peer.Absent(who + " gave no time to '" + command + "'");
            }
            if (answer.path("loss").isNumber()) {
                loss = OptionalDouble.of(answer.path("loss").asDouble());
            }
            if (counts) {
                millis.add(time);
            }
        } catch (Peer.Absent e) {
            System.err.println(e.getMessage());
            out = Optional.of(e.getMessage());
        }
    }

    public BenchResults.Series series() {
        return new BenchResults.Series(who, out.orElse(ran), timed() ? Optional.of(Samples.of(millis)) : Optional.empty());
    }
}
