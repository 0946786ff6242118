package dev.fusedvae.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// A benchmark method with the values of its parameters: one row for every combination.
///
/// @param what       the word by which it is asked for
/// @param method     of `bench`
/// @param parameters values by name, every one given
/// @param name       the row's name, `{parameter}` standing for a value
/// @param ran        what runs it, likewise
/// @param figure     what is reported
/// @param allocation bytes that an invocation may allocate at most; empty where no promise is made
/// @param flags      of the JVM, beside that of the Vector API
record Task(String what, Class<?> bench, String method, Map<String, List<String>> parameters, String name, String ran, Figure figure,
            OptionalDouble allocation, List<String> flags) {
    private static final String VECTOR = "--add-modules=jdk.incubator.vector";

    /// How long a task is measured; the benchmark's own annotations say how where this is not [#QUICK].
    enum Length { FULL, QUICK }

    Task {
        parameters = new LinkedHashMap<>(parameters);
        flags = List.copyOf(flags);
    }

    /// The benchmark as JMH calls it.
    String benchmark() {
        return bench.getName() + "." + method;
    }

    /// Appends what is to be measured to JMH's options.
    ChainedOptionsBuilder options(Length length, boolean oneShot) {
        ChainedOptionsBuilder options = new OptionsBuilder().include("^" + Pattern.quote(benchmark()) + "$").shouldFailOnError(true);
        parameters.forEach((parameter, values) -> options.param(parameter, values.toArray(String[]::new)));
        return switch (length) {
            case FULL -> options.jvmArgsAppend(jvm(WarmUp.SECONDS));
            case QUICK -> oneShot ? options.forks(1).warmupIterations(1).measurementIterations(2)
                    : options.forks(1).jvmArgsAppend(jvm(Quick.PATIENCE_SECONDS)).warmupIterations(1).warmupTime(Quick.WARM_UP)
                            .measurementIterations(5).measurementTime(Quick.MEASUREMENT);
        };
    }

    /// What a fork is started with; it stands in for the flags of the annotation, so that one is named again.
    private String[] jvm(int patienceSeconds) {
        return Stream.concat(Stream.of(VECTOR, "-D" + WarmUp.PATIENCE + "=" + patienceSeconds), flags.stream()).toArray(String[]::new);
    }

    /// The names of all its rows.
    List<String> names() {
        List<String> names = List.of(name);
        for (Map.Entry<String, List<String>> parameter : parameters.entrySet()) {
            names = names.stream().flatMap(n -> parameter.getValue().stream().map(v -> fill(n, Map.of(parameter.getKey(), v)))).toList();
        }
        return names;
    }

    /// `template` with the values of one combination.
    static String fill(String template, Map<String, String> values) {
        String text = template;
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("{" + value.getKey() + "}", value.getValue());
        }
        return text;
    }
}
