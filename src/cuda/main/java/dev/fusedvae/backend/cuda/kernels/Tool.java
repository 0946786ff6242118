package dev.fusedvae.backend.cuda.kernels;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// A program of the system: g++, nvcc, sh.
public record Tool(Path path) {
    /// A program that runs longer than this hangs; packing all kernels takes minutes.
    private static final long LIMIT_SECONDS = 3600;

    /// The output, including that to stderr, and whether the program succeeded; a program that was killed because it took too long did
    /// not succeed.
    public record Result(boolean ok, String output) {}

    /// The program of that name on the `PATH` of `environment`.
    public static Optional<Tool> find(String name, Map<String, String> environment) {
        return Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator)).filter(p -> !p.isEmpty())
                .map(folder -> Path.of(folder, name)).filter(Files::isExecutable).map(Tool::new).findFirst();
    }

    public Result run(List<String> arguments) {
        return run(arguments, Map.of());
    }

    /// Runs it with variables in addition to, or instead of, those of this process.
    public Result run(List<String> arguments, Map<String, String> variables) {
        return run(arguments, variables, LIMIT_SECONDS);
    }

    /// [#run(List, Map)] for at most `seconds`; then the program and the processes that it has started are killed.
    public Result run(List<String> arguments, Map<String, String> variables, long seconds) {
        List<String> command = new ArrayList<>(List.of(path.toString()));
        command.addAll(arguments);
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(variables);
            Process process = builder.start();
            AtomicBoolean late = new AtomicBoolean();
            process.onExit().orTimeout(seconds, TimeUnit.SECONDS).whenComplete((exited, timeout) -> {
                if (timeout != null) {
                    late.set(true);
                    end(process);
                }
            });
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            boolean ok = process.waitFor() == 0;
            return late.get() ? new Result(false, output + path + " was ended: it had not come to an end in " + seconds + " s\n") : new Result(ok, output);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + path, e);
        }
    }

    /// Kills the program before the processes that it has started; else it would continue when they die.
    private static void end(Process process) {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
    }

    /// The program's path and version, for cache keys.
    public String version() {
        return path + "\n" + run(List.of("--version")).output();
    }
}
