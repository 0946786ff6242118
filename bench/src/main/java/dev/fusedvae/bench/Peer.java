package dev.fusedvae.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A peer's script with `--serve`: one process that keeps every contestant warm between commands.
public final class Peer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    /// The longest wait for an answer: three epochs of a large net take minutes on a busy machine.
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    /// What is read before anything is asked.
    private static final String START = "start";
    private static final String THREADS = "threads";

    /// Why a peer cannot take part, in one sentence.
    public static final class Absent extends Exception {
        private static final long serialVersionUID = 1;

        Absent(String message) {
            super(message);
        }
    }

    /// What a contest gives every peer.
    ///
    /// @param images training images, IDX
    /// @param test   held-out images, IDX
    /// @param warm   steps of every contestant before any is timed
    record Setting(Path python, Path images, Path test, int threads, int warm) {}

    private final String name;
    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;
    private final Duration patience;
    private final JsonNode environment;
    /// What the peer last reported; a peer that cannot change it reports it once.
    private int threads;
    /// Why it no longer answers: later questions get this reason, and not an error that follows from it.
    private Optional<String> ended = Optional.empty();

    private Peer(String name, Process process, Duration patience) throws Absent {
        this.name = name;
        this.process = process;
        this.patience = patience;
        commands = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
        environment = read(START);
        threads = environment.path(THREADS).asInt();
    }

    /// Starts `script` with options of its own.
    ///
    /// @throws Absent if Python or the peer's library is not installed
    public static Peer start(String name, Path python, Path script, List<String> options) throws Absent {
        List<String> command = new ArrayList<>(List.of(python.toString(), script.toString(), "--serve"));
        command.addAll(options);
        return start(name, command, Map.of(), PATIENCE);
    }

    /// Starts `command`; its messages go to stderr.
    ///
    /// @param variables added to the environment
    /// @throws Absent if it cannot be started or has not what it needs
    static Peer start(String name, List<String> command, Map<String, String> variables) throws Absent {
        return start(name, command, variables, PATIENCE);
    }

    static Peer start(String name, List<String> command, Map<String, String> variables, Duration patience) throws Absent {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(variables);
        try {
            return new Peer(name, builder.start(), patience);
        } catch (IOException e) {
            throw new Absent(command.getFirst() + " cannot be started: " + e.getMessage());
        }
    }

    /// Version, device and present number of threads, as the peer reports them.
    public String describe() {
        String language = environment.has("java") ? "Java " + environment.get("java").asText() : "Python " + environment.path("python").asText();
        return "%s %s, %s, %s, %d threads".formatted(environment.path("peer").asText(), environment.path("version").asText(), language,
                environment.path("device").asText(), threads);
    }

    /// Sends a command and waits for its answer.
    ///
    /// @throws Absent if the peer refuses it, has ended, or does not answer
    public JsonNode ask(String command) throws Absent {
        if (ended.isPresent()) {
            throw new Absent(ended.get());
        }
        try {
            commands.write(command + "\n");
            commands.flush();
        } catch (IOException e) {
            throw end("before it was asked '" + command + "'");
        }
        JsonNode answer = read(command);
        threads = answer.path(THREADS).asInt(threads);
        return answer;
    }

    private Absent end(String when) {
        process.destroy();
        ended = Optional.of("%s ended %s with exit code %d; stderr has its message".formatted(name, when, process.onExit().join().exitValue()));
        return new Absent(ended.get());
    }

    private JsonNode read(String command) throws Absent {
        try {
            String line = line(command);
            if (line == null) {
                throw command.equals(START) ? new Absent(name + " is not installed; stderr has its message") : end("at '" + command + "'");
            }
            JsonNode answer = JSON.readTree(line);
            if (answer.has("error")) {
                throw new Absent(name + " refused '" + command + "': " + answer.get("error").asText());
            }
            return answer;
        } catch (IOException e) {
            throw new Absent(name + " gave no readable answer to '" + command + "': " + Optional.ofNullable(e.getMessage()).flatMap(m -> m.lines().findFirst()).orElse(e.toString()));
        }
    }

    /// The next line, or null at the end; a peer that hangs is ended.
    private String line(String command) throws IOException, Absent {
        FutureTask<String> reading = new FutureTask<>(answers::readLine);
        Thread.ofPlatform().daemon().name("fusedvae-peer").start(reading);
        try {
            return reading.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            process.destroyForcibly();
            ended = Optional.of("%s gave no answer to '%s' in %d s and was ended".formatted(name, command, patience.toSeconds()));
            throw new Absent(ended.get());
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        try {
            commands.write("quit\n");
            commands.close();
        } catch (IOException e) {
            process.destroy();
        }
    }
}
