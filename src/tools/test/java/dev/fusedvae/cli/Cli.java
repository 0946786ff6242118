package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fusedvae.results.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// Runs commands in this JVM and keeps what they said.
final class Cli {
    /// An environment in which only built-in data is found.
    static final Map<String, String> BARE = Map.of("HOME", "/nonexistent", "XDG_DATA_DIRS", "/nonexistent", "PATH", "",
            "XDG_CACHE_HOME", Path.of("target", "cache").toAbsolutePath().toString());

    private Cli() {}

    /// What a command left behind.
    record Ran(int code, String out, String err) {

        Ran expect(Exit exit) {
            assertEquals(exit.code(), code, () -> "stdout: " + out + "\nstderr: " + err);
            return this;
        }

        JsonNode json() {
            return Json.parse(out, "stdout");
        }
    }

    static Ran run(String... args) {
        return run(false, args);
    }

    /// Runs a command; `interactive` makes stderr pass for a terminal.
    static Ran run(boolean interactive, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (PrintStream o = new PrintStream(out, true, StandardCharsets.UTF_8); PrintStream e = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            int code = Main.run(new Terminal(o, e, BARE, interactive), args);
            return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        }
    }
}
