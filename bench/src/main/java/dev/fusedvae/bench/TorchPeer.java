package dev.fusedvae.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `bench/peers/torch_vae.py --serve`: one process that keeps every contestant warm between commands.
public final class TorchPeer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;
    private final JsonNode environment;

    /// Starts it; `options` are those of the script.
    public TorchPeer(Path python, Path script, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(python.toString(), script.toString(), "--serve"));
        command.addAll(options);
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        commands = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
        environment = read("start");
    }

    public JsonNode environment() {
        return environment;
    }

    /// Sends a command and waits for its answer.
    public JsonNode ask(String command) {
        try {
            commands.write(command + "\n");
            commands.flush();
            return read(command);
        } catch (IOException e) {
            throw new UncheckedIOException("the PyTorch peer ended before it answered '" + command + "'", e);
        }
    }

    private JsonNode read(String command) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the PyTorch peer ended without an answer to '" + command + "'; its message is above");
        }
        JsonNode answer = JSON.readTree(line);
        if (answer.has("error")) {
            throw new IOException("the PyTorch peer refused '" + command + "': " + answer.get("error").asText());
        }
        return answer;
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
