package dev.fusedvae.backend.cuda;

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

/// A program of the system: g++, nvcc, sh.
record Tool(Path path) {

    /// What it printed, errors included, and whether it succeeded.
    record Result(boolean ok, String output) {}

    /// The program of that name on the `PATH` of `environment`.
    static Optional<Tool> find(String name, Map<String, String> environment) {
        return Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator)).filter(p -> !p.isEmpty())
                .map(folder -> Path.of(folder, name)).filter(Files::isExecutable).map(Tool::new).findFirst();
    }

    Result run(List<String> arguments) {
        return run(arguments, Map.of());
    }

    /// Runs it with variables beside, or instead of, those of this process.
    Result run(List<String> arguments, Map<String, String> variables) {
        List<String> command = new ArrayList<>(List.of(path.toString()));
        command.addAll(arguments);
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(variables);
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor() == 0, output);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + path, e);
        }
    }

    /// What it says about its version, for cache keys.
    String version() {
        return path + "\n" + run(List.of("--version")).output();
    }
}
