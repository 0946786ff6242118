package dev.fusedvae.bench.gpu;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.bench.Contestant;
import dev.fusedvae.bench.Course;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.Samples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Steps of training by the wall clock, all engines in turns: a turn of each, then again.
///
///     Steps RESULT.json DATA SECONDS ROUNDS NET:BATCH,... ENGINE,...
///
/// SECONDS is the length of a turn, about; a turn is at most an epoch, and ends when the device has done its work. The first
/// turns, which compile, upload and capture, do not count.
final class Steps {
    /// One launch by itself, and a whole graph of 64 steps.
    private static final int FIRST = 65;
    static final int WINDOW = 64;

    private final Examples examples;
    private final double seconds;
    private final int rounds;
    private final List<Engine> engines;

    private Steps(Examples examples, double seconds, int rounds, List<Engine> engines) {
        this.examples = examples;
        this.seconds = seconds;
        this.rounds = rounds;
        this.engines = engines;
    }

    public static void main(String[] args) {
        List<Engine> engines = Engine.parseAll(args[5]);
        Results results = new Results(args[0], "steps", engines.getFirst().device());
        results.note("data", args[1]);
        results.note("clock", "wall, a turn of about " + args[2] + " s with one synchronisation every " + WINDOW + " steps");
        Steps steps = new Steps(Report.examples(args[1]), Double.parseDouble(args[2]), Integer.parseInt(args[3]), engines);
        for (String net : args[4].split(",")) {
            results.add(steps.row(net.split(":")[0], Integer.parseInt(net.split(":")[1])));
        }
        results.end();
    }

    /// An engine that takes part, or why it does not.
    private static final class Turn {
        final String who;
        final List<Double> micros = new ArrayList<>();
        Optional<Contestant> runner = Optional.empty();
        String ran = "";
        int steps;

        Turn(String who) {
            this.who = who;
        }

        void sample() {
            runner.ifPresent(r -> micros.add(1e6 * r.seconds(steps) / steps));
        }

        BenchResults.Series series() {
            return new BenchResults.Series(who, ran, micros.isEmpty() ? Optional.empty() : Optional.of(Samples.of(micros)));
        }
    }

    private BenchResults.Row row(String net, int batch) {
        List<Turn> turns = engines.stream().map(e -> open(e, net, batch)).toList();
        try {
            for (int round = 0; round < rounds; round++) {
                turns.forEach(Turn::sample);
            }
            turns.forEach(t -> say(net, batch, t));
            return new BenchResults.Row("train " + net + ", batch " + batch, "µs", turns.stream().map(Turn::series).toList(), facts(turns));
        } finally {
            turns.forEach(t -> t.runner.ifPresent(Contestant::close));
        }
    }

    private Turn open(Engine engine, String net, int batch) {
        Turn turn = new Turn(engine.name());
        try {
            Course course = new Course(net, batch, examples, WINDOW);
            Contestant runner = Contestant.training(engine.side(), course, 1);
            turn.runner = Optional.of(runner);
            turn.ran = runner.device();
            int epoch = course.stepsPerEpoch();
            runner.seconds(Math.min(FIRST, epoch));
            double one = runner.seconds(Math.min(WINDOW, epoch)) / Math.min(WINDOW, epoch);
            int steps = (int) Math.clamp(seconds / one, 1, epoch);
            turn.steps = steps < WINDOW ? steps : steps / WINDOW * WINDOW;
        } catch (RuntimeException e) {
            turn.ran = "failed: " + e;
            turn.runner.ifPresent(Contestant::close);
            turn.runner = Optional.empty();
        }
        return turn;
    }

    private static Map<String, String> facts(List<Turn> turns) {
        Map<String, String> facts = new LinkedHashMap<>();
        for (Turn turn : turns) {
            turn.runner.ifPresent(r -> {
                facts.put("launches " + turn.who, Integer.toString(r.launches()));
                facts.put("arenaBytes " + turn.who, Long.toString(r.arenaBytes()));
                facts.put("loss " + turn.who, String.format(Locale.ROOT, "%.4f", r.loss(turn.steps - 1)));
            });
        }
        return facts;
    }

    private static void say(String net, int batch, Turn turn) {
        System.out.println(turn.micros.isEmpty() ? "FAILED " + turn.who + ": " + turn.ran
                : String.format(Locale.ROOT, "%-14s %-32s %10.2f us per step", net + ":" + batch, turn.who, Samples.of(turn.micros).median()));
    }
}
