package dev.fusedvae.lab;

import dev.fusedvae.results.Program;
import dev.fusedvae.simd.Simd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a results file says of where it was measured.
public final class Conditions {
    private Conditions() {}

    /// Commit, date, machine, JDK and flags; `device` is what ran the arithmetic, `root` the source tree.
    public static Map<String, String> of(String device, Path root) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("commit", commit(root));
        all.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        all.put("machine", processor() + ", " + Runtime.getRuntime().availableProcessors() + " processors, " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch"));
        cpu(Path.of("/proc/cpuinfo")).ifPresent(cpu -> all.put("cpu", cpu));
        all.put("device", device);
        all.put("jdk", Runtime.version().toString());
        all.put("flags", flags());
        all.put("loadAverage", loadAverage());
        return all;
    }

    /// The Vector API's flag, options of the JVM itself and properties of ours but for those by which the launcher says where the source tree is and how it was called.
    private static String flags() {
        Stream<String> options = Stream.of(ProcessHandle.current().info().arguments().orElse(new String[0]))
                .filter(a -> a.startsWith("-X") || a.startsWith("-Dfvae.") && !a.startsWith("-Dfvae.root=") && !a.startsWith("-D" + Program.PROPERTY + "="));
        return Stream.concat(Simd.vector() ? Stream.of("--add-modules=jdk.incubator.vector") : Stream.empty(), options).collect(Collectors.joining(" "));
    }

    /// Of the last minute, so that a reader sees what else ran.
    private static String loadAverage() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
        } catch (IOException e) {
            return "unknown";
        }
    }

    /// The processor's name, as the system gives it.
    public static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(l -> l.startsWith("model name")).findFirst().map(l -> l.substring(l.indexOf(':') + 1).strip()).orElse("unknown");
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /// The model of the processor by its numbers, which a hypervisor rarely hides, where it hides the name:
    /// `AuthenticAMD family 26 model 2 stepping 1`; empty where the system does not say them.
    public static Optional<String> cpu(Path cpuinfo) {
        List<String> parts = new ArrayList<>();
        for (String key : List.of("vendor_id", "cpu family", "model", "stepping")) {
            try (Stream<String> lines = Files.lines(cpuinfo)) {
                Optional<String> value = lines.filter(l -> l.matches(key + "\\s*:.*")).findFirst().map(l -> l.substring(l.indexOf(':') + 1).strip());
                if (value.isEmpty()) {
                    return Optional.empty();
                }
                parts.add(key.equals("vendor_id") ? value.get() : key.replace("cpu ", "") + " " + value.get());
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return Optional.of(String.join(" ", parts));
    }

    /// The commit of the source tree, with a plus where something differs from it other than results.
    public static String commit(Path root) {
        String commit = git(root, "rev-parse", "HEAD");
        return commit.isEmpty() ? "unknown" : commit + (git(root, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/results").isEmpty() ? "" : "+");
    }

    private static String git(Path root, String... arguments) {
        try {
            List<String> command = new ArrayList<>(List.of("git", "-C", root.toAbsolutePath().toString()));
            command.addAll(List.of(arguments));
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
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
