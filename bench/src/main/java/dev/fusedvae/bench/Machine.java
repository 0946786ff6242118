package dev.fusedvae.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a results file says of where it was measured.
final class Machine {
    private Machine() {}

    /// Commit, date, machine, JDK and flags; `device` is what runs the arithmetic.
    static Map<String, String> environment(String device) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("commit", commit());
        all.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        all.put("machine", cpu() + ", " + Runtime.getRuntime().availableProcessors() + " processors, " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch"));
        all.put("device", device);
        all.put("driver", "none");
        all.put("jdk", Runtime.version().toString());
        all.put("flags", ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-Dfvae.root=")).collect(Collectors.joining(" ")));
        return all;
    }

    /// `2026-11-21-amd-epyc-2core`: the front of a results file's name.
    static String fileName() {
        String slug = cpu().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        return LocalDate.now(ZoneOffset.UTC) + "-" + slug + "-" + Runtime.getRuntime().availableProcessors() + "core";
    }

    private static String cpu() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(l -> l.startsWith("model name")).findFirst().map(l -> l.substring(l.indexOf(':') + 1).strip()).orElse("unknown");
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /// The commit of the source tree, with a plus where something differs from it.
    private static String commit() {
        String commit = git("rev-parse", "HEAD");
        return commit.isEmpty() ? "unknown" : commit + (git("status", "--porcelain", "--untracked-files=no").isEmpty() ? "" : "+");
    }

    private static String git(String... arguments) {
        try {
            Process process = new ProcessBuilder(Stream.concat(Stream.of("git"), Stream.of(arguments)).toList())
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? text : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
