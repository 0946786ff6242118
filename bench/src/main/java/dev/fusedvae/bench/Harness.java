package dev.fusedvae.bench;

import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.PeerTable;
import dev.fusedvae.lab.Samples;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs tasks under JMH, every row in processes of its own, and makes rows of what comes back: a sample is an iteration.
final class Harness {
    private static final String ALLOCATION = "gc.alloc.rate.norm";
    /// What the clock, the profiler and JMH's loop allocate in an iteration, however many operations it has: 6.9 to 7.4 kB were
    /// measured. An object of 16 bytes in every invocation still stands out where an iteration has more than 150 of them.
    private static final double HARNESS_BYTES = 8192;
    /// The fact of a row that says what an operation allocated.
    static final String ALLOCATED = "allocatedBytesAnOperation";
    /// The fact of a row that says how much of that is the harness's own.
    static final String HARNESS = "harnessBytesAnOperation";
    /// The fact of a row that says how many operations an invocation has: one object per invocation is a fraction of one per operation.
    static final String OPERATIONS = "operationsAnInvocation";
    /// The fact of a row that says in how many of its iterations vectors were still allocated as objects, if in any.
    static final String UNCOMPILED = "iterationsThatAllocate";
    /// The fact of a row that promises to allocate nothing: `nothing`, or how much.
    static final String VERDICT = "allocates";
    /// What the two figures mean, for the head of a results file.
    static final String EXPLAINED = ALLOCATED + " is JMH's gc.alloc.rate.norm, in which its clock, profiler and loop stand with 7 kB an iteration: "
            + HARNESS + " is " + (int) HARNESS_BYTES + " over the operations of an iteration; what remains is judged";

    /// Bytes per operation in one iteration.
    private record Allocated(double bytes, double harness) {
        double own() {
            return bytes - harness;
        }
    }

    /// Why a fork gave nothing, in one sentence.
    static final class Crashed extends Exception {
        private static final long serialVersionUID = 1;

        Crashed(String message, Exception cause) {
            super(message, cause);
        }
    }

    private final Task.Length length;
    private final PrintStream log;

    Harness(Task.Length length) {
        this(length, System.err);
    }

    /// @param log takes what JMH and its forks say
    Harness(Task.Length length, PrintStream log) {
        this.length = length;
        this.log = log;
    }

    /// The rows of `task`, one for every combination of its parameters.
    ///
    /// @throws Crashed if a fork ended before its time
    List<BenchResults.Row> run(Task task) throws Crashed {
        boolean oneShot = task.bench() == EpochBench.class;
        Options options = task.options(length, oneShot).addProfiler(GCProfiler.class).build();
        try {
            Collection<RunResult> results = new Runner(options, OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL)).run();
            if (results.isEmpty()) {
                throw new Crashed("no process of " + task.benchmark() + " came back with a figure; its output is above", new IllegalStateException());
            }
            return results.stream().map(r -> row(task, r, length == Task.Length.QUICK)).toList();
        } catch (RunnerException e) {
            throw new Crashed("a process of " + task.benchmark() + " failed (" + reason(e) + "); its output is above and nothing was written", e);
        }
    }

    /// JMH attaches what the fork threw to its own exception, as suppressed exceptions.
    private static String reason(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null || cause.getSuppressed().length > 0) {
            cause = cause.getSuppressed().length > 0 ? cause.getSuppressed()[0] : cause.getCause();
        }
        return Optional.ofNullable(cause.getMessage()).orElse(cause.toString()).lines().findFirst().orElse("no reason given").strip();
    }

    private static BenchResults.Row row(Task task, RunResult result, boolean quick) {
        Map<String, String> values = new TreeMap<>();
        for (String key : result.getParams().getParamsKeys()) {
            values.put(key, result.getParams().getParam(key));
        }
        List<Double> samples = new ArrayList<>();
        List<Allocated> allocated = new ArrayList<>();
        for (BenchmarkResult fork : result.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                samples.add(task.figure().of(iteration.getPrimaryResult().getScore()));
                allocated(iteration).ifPresent(allocated::add);
            }
        }
        Map<String, String> facts = new LinkedHashMap<>(values);
        facts.putAll(Subject.facts(values));
        facts.put("benchmark", task.bench().getSimpleName() + "." + task.method());
        facts.put("forks", Integer.toString(result.getParams().getForks()));
        facts.put("warmUp", iterations(result.getParams().getWarmup().getCount(), result, result.getParams().getWarmup().getTime().toString()));
        facts.put("measurement", iterations(result.getParams().getMeasurement().getCount(), result, result.getParams().getMeasurement().getTime().toString()));
        allocated.stream().min(Comparator.comparingDouble(Allocated::own)).ifPresent(a -> {
            facts.put(ALLOCATED, String.format(Locale.ROOT, "%.3f", a.bytes()));
            facts.put(HARNESS, String.format(Locale.ROOT, "%.3f", a.harness()));
        });
        if (task.allocation().isPresent()) {
            int operations = result.getParams().getOpsPerInvocation();
            facts.put(OPERATIONS, Integer.toString(operations));
            long more = allocated.stream().filter(a -> a.own() * operations > task.allocation().getAsDouble()).count();
            if (more > 0) {
                facts.put(UNCOMPILED, more + " of " + allocated.size());
            }
            facts.put(VERDICT, verdict(task, facts, quick));
        }
        return new BenchResults.Row(Task.fill(task.name(), values), task.figure().unit(),
                List.of(new BenchResults.Series(PeerTable.OURS, Task.fill(task.ran(), values), Optional.of(Samples.of(samples)))), facts);
    }

    /// The iteration that allocates least counts: code that is still being compiled allocates vectors as objects, and what an
    /// operation always allocates it allocates in every iteration.
    private static Optional<Allocated> allocated(IterationResult iteration) {
        Optional<Result<?>> profiled = Optional.ofNullable(iteration.getSecondaryResults().get(ALLOCATION));
        return profiled.map(r -> new Allocated(r.getScore(), HARNESS_BYTES / Math.max(1, iteration.getMetadata().getAllOps())));
    }

    private static String iterations(int count, RunResult result, String time) {
        return count + (result.getParams().getMode() == Mode.SingleShotTime ? " times once" : " times " + time);
    }

    /// How `row` breaks the promise of `task` to allocate nothing, if it does; a row without a figure breaks it.
    static Optional<String> broken(Task task, BenchResults.Row row) {
        return task.allocation().isEmpty() ? Optional.empty() : complaint(task, row.facts()).map(c -> row.name() + " " + c);
    }

    /// What a row's facts say of its promise.
    static String verdict(Task task, Map<String, String> facts, boolean quick) {
        return complaint(task, facts).map(c -> c + (quick ? " (not judged: --quick does not wait until all is compiled)" : "")).orElse("nothing");
    }

    /// An operation that allocates in every iteration does so itself. One that allocates in most of them was still being
    /// compiled, and then the median is of code that a long run does not use.
    private static Optional<String> complaint(Task task, Map<String, String> facts) {
        double bound = task.allocation().orElseThrow() / Integer.parseInt(facts.getOrDefault(OPERATIONS, "1"))
                + Double.parseDouble(facts.getOrDefault(HARNESS, "0"));
        String allocated = facts.getOrDefault(ALLOCATED, "NaN");
        if (!(Double.parseDouble(allocated) <= bound)) {
            return Optional.of(String.format(Locale.ROOT, "allocates %s bytes an operation, more than the %.1f that JMH itself may", allocated, bound));
        }
        String[] more = facts.getOrDefault(UNCOMPILED, "0 of 1").split(" of ");
        return 2 * Integer.parseInt(more[0]) > Integer.parseInt(more[1])
                ? Optional.of("allocates in %s of its iterations: it was not compiled in time; measure again on a quieter machine".formatted(facts.get(UNCOMPILED)))
                : Optional.empty();
    }
}
