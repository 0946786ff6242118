package dev.fusedvae.cli;

import dev.fusedvae.io.IoFailure;
import dev.fusedvae.results.Json;
import dev.fusedvae.run.History;
import dev.fusedvae.train.ModelFolder;
import dev.fusedvae.train.Unfinished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// Refuses outputs that cannot be written before any work is done, and leaves nothing behind.
final class Outputs {
    private Outputs() {}

    /// A folder that exists and takes files, or can be made.
    static Path folder(Path folder) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new IoFailure("cannot write to " + folder + ": it is a file, not a folder; give --out another name");
        }
        probe(folder, folder);
        return folder;
    }

    /// A file that can be made or replaced.
    static Path file(Path file) {
        if (Files.isDirectory(file)) {
            throw new IoFailure("cannot write " + file + ": it is a folder; name a file in it");
        }
        probe(file, Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file));
        return file;
    }

    /// A forgotten `--resume` must not cost an interrupted run: its checkpoint is the only trace of hours of work.
    static void refuseUnfinished(Path folder) {
        Path checkpoint = folder.resolve("checkpoint.safetensors");
        Path training = folder.resolve(ModelFolder.TRAINING);
        if (Files.exists(checkpoint) && (Unfinished.in(folder) || !Files.exists(training)
                || Json.read(training).path("ending").asText().equals(History.Ending.CANCELLED.flag()))) {
            throw new IoFailure(folder + " holds a training that did not end; go on with --resume, choose another --out, or start anew with --force");
        }
    }

    /// Makes a file in the folder, or in the one in which the folder would be made, and removes it.
    private static void probe(Path out, Path folder) {
        Path existing = folder.toAbsolutePath().normalize();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        if (!Files.isDirectory(existing)) {
            throw new IoFailure("cannot write " + out + ": " + existing + " is a file, not a folder; choose another path");
        }
        try {
            Files.delete(Files.createTempFile(existing, ".fvae", ".probe"));
        } catch (NoSuchFileException e) {
            throw new IoFailure("cannot write " + out + ": no file can be made in " + existing + "; choose another folder", e);
        } catch (IOException e) {
            throw IoFailure.writing(existing.resolve(out.getFileName() == null ? out : out.getFileName()), e);
        }
    }
}
