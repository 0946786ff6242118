package dev.fusedvae.cli;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The streams and the environment of a command; tests give their own.
///
/// @param out         results only
/// @param err         progress and messages
/// @param interactive whether `err` is a terminal: then a progress bar is drawn on it
record Terminal(PrintStream out, PrintStream err, Map<String, String> env, boolean interactive) {

    Terminal {
        env = Map.copyOf(env);
    }

    /// The process's own streams, in UTF-8 whatever the locale: files and pipes get the same bytes everywhere.
    static Terminal system() {
        PrintStream out = new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        return new Terminal(out, err, System.getenv(), isErrTerminal());
    }

    /// Whether colours may be used: <https://no-color.org>.
    boolean colour() {
        return interactive && env.getOrDefault("NO_COLOR", "").isEmpty() && !"dumb".equals(env.get("TERM"));
    }

    /// Columns of the terminal, if the shell says them.
    int width() {
        return Optional.ofNullable(env.get("COLUMNS")).filter(c -> c.matches("[1-9][0-9]{1,3}")).map(Integer::parseInt).orElse(80);
    }

    /// Writes a message for the user, beside the results.
    void say(String line) {
        err.println(line);
    }

    /// Java asks only whether stdin and stdout are terminals, but `--json > file` still deserves a progress bar: Linux
    /// tells what stderr is.
    private static boolean isErrTerminal() {
        Path descriptor = Path.of("/proc/self/fd/2");
        if (Files.isSymbolicLink(descriptor)) {
            try {
                String target = Files.readSymbolicLink(descriptor).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
            } catch (IOException e) {
                return false;
            }
        }
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
