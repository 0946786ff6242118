package dev.fusedvae.backend.cuda;

import dev.fusedvae.Child;
import dev.fusedvae.backend.cuda.kernels.Tool;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A fault planted into a copy of the real kernels, and `fvae verify` run on it in a process of its own.
///
/// @param file under `kernels/`
/// @param from the text to replace: exactly one place has it, so the mutant cannot quietly become none
/// @param op   what is verified, at `shape`
record Mutant(String file, String from, String to, String op, String shape) {
    private static final Path KERNELS = Path.of("kernels").toAbsolutePath();

    /// What a process said.
    record Ended(int code, String out, String err) {}

    /// Copies the kernels to `folder` with the fault in them.
    Path plant(Path folder) throws IOException {
        copy(folder);
        String text = Files.readString(folder.resolve(file));
        int at = text.indexOf(from);
        if (at < 0 || text.indexOf(from, at + 1) >= 0) {
            throw new AssertionError("kernels/" + file + " must hold this text once; change the mutant with the kernel: " + from);
        }
        Files.writeString(folder.resolve(file), text.replace(from, to));
        return folder;
    }

    /// Copies the kernels as they are.
    static Path copy(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(KERNELS)) {
            for (Path source : all.filter(Files::isRegularFile).toList()) {
                Path target = folder.resolve(KERNELS.relativize(source).toString());
                Files.createDirectories(target.getParent());
                Files.copy(source, target);
            }
        }
        return folder;
    }

    /// Runs `fvae verify --backend cuda` on the SIMT device, with `kernels`.
    static Ended verify(Path kernels, Map<String, String> environment, List<String> arguments) throws IOException, InterruptedException {
        return fvae(kernels, environment, Stream.concat(Stream.of("verify", "--backend", "cuda"), arguments.stream()).toList());
    }

    /// Runs `fvae` on `kernels`.
    static Ended fvae(Path kernels, Map<String, String> environment, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Xmx1g", "-XX:+UseSerialGC", "-Dfvae.kernels=" + kernels,
                "-cp", System.getProperty("java.class.path"), "dev.fusedvae.cli.Main"));
        command.addAll(arguments);
        Path err = Files.createTempFile("verify", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().putAll(Simt.ENVIRONMENT);
        builder.environment().putAll(environment);
        Process process = Child.limited(builder.start());
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        String said = Files.readString(err);
        Files.delete(err);
        return new Ended(code, out, said);
    }

    /// The line of the file that holds `text`.
    static int line(Path file, String text) throws IOException {
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i + 1;
            }
        }
        throw new AssertionError(file + " has no line with: " + text);
    }

    static boolean possible() {
        return new File("kernels").isDirectory() && Tool.find("g++", Simt.ENVIRONMENT).isPresent()
                && System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64");
    }
}
