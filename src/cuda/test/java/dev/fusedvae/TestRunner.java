package dev.fusedvae;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// Runs the tests of one tag without Maven and writes their results.
///
///     java -cp ... dev.fusedvae.TestRunner ROOT TAG RESULT.json      ROOT is the jar or folder of the test classes
///
/// The exit code is 1 if a test failed, if one was skipped with `-Dfvae.gpu=required`, or if none ran.
final class TestRunner implements TestExecutionListener {
    private final ObjectNode result = new ObjectMapper().createObjectNode();
    private final Map<String, Long> startedNanos = new TreeMap<>();
    private final AtomicInteger passed = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger skipped = new AtomicInteger();

    private TestRunner() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            System.err.println("usage: TestRunner ROOT TAG RESULT.json");
            System.exit(2);
        }
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClasspathRoots(Set.of(Path.of(args[0]))))
                .filters(ClassNameFilter.includeClassNamePatterns(".*Test"), TagFilter.includeTags(args[1]))
                .build();
        TestRunner runner = new TestRunner();
        LauncherFactory.create().execute(request, runner);
        System.exit(runner.finish(args[1], new File(args[2])) ? 0 : 1);
    }

    private boolean finish(String tag, File file) throws IOException {
        int missed = GpuTest.Wish.current() == GpuTest.Wish.IF_PRESENT ? 0 : skipped.get();
        result.put("tag", tag).put("passed", passed.get()).put("failed", failed.get()).put("skipped", skipped.get());
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(file, result);
        System.out.printf("%d passed, %d failed, %d skipped%n", passed.get(), failed.get(), skipped.get());
        return failed.get() + missed == 0 && passed.get() > 0;
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        startedNanos.put(test.getUniqueId(), System.nanoTime());
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skipped.incrementAndGet();
        report(test, "skipped", Optional.of(reason));
    }

    /// Of containers only failures are recorded: a `@BeforeAll` that throws is reported for its class.
    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult outcome) {
        switch (outcome.getStatus()) {
            case SUCCESSFUL -> {
                if (test.isTest()) {
                    passed.incrementAndGet();
                    report(test, "passed", Optional.empty());
                }
            }
            case ABORTED -> {
                skipped.incrementAndGet();
                report(test, "skipped", outcome.getThrowable().map(TestRunner::text));
            }
            case FAILED -> {
                failed.incrementAndGet();
                report(test, "failed", outcome.getThrowable().map(TestRunner::text));
            }
        }
    }

    private void report(TestIdentifier test, String status, Optional<String> reason) {
        String type = Stream.of(test.getUniqueId().split("[\\[\\]]")).filter(p -> p.startsWith("class:"))
                .map(p -> p.substring(p.lastIndexOf('.') + 1)).collect(Collectors.joining("."));
        long started = startedNanos.getOrDefault(test.getUniqueId(), System.nanoTime());
        double seconds = (System.nanoTime() - started) / 1e9;
        ObjectNode row = result.withArray("/tests").addObject();
        row.put("test", type + "." + test.getDisplayName()).put("status", status).put("seconds", seconds);
        reason.ifPresent(r -> row.put("reason", r));
        System.out.printf("%-8s %8.2f s  %s.%s%s%n", status, seconds, type, test.getDisplayName(), reason.map(r -> ": " + r).orElse(""));
    }

    private static String text(Throwable failure) {
        return failure.toString();
    }
}
