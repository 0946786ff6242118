package dev.fusedvae.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The machine in words, as the system's kernel describes it.
final class Machine {
    private Machine() {}

    /// The name of the processor.
    static String processor() {
        return field(Path.of("/proc/cpuinfo"), "model name").orElse("unknown processor");
    }

    /// What results name: processor, its threads, and this program.
    static Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("machine", processor() + ", " + Runtime.getRuntime().availableProcessors() + " threads");
        facts.put("fvae", Version.text());
        return facts;
    }

    /// The value of `key : value` in a file of the Linux kernel; other systems have none.
    static Optional<String> field(Path file, String key) {
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(l -> l.startsWith(key)).findFirst().map(l -> l.substring(l.indexOf(':') + 1).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
