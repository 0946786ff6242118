package dev.fusedvae.train;

import dev.fusedvae.io.IoFailure;
import dev.fusedvae.json.Json;
import dev.fusedvae.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// The mark of a training that has begun in a folder and has not left its model there: beside an older run's files, nothing
/// else tells a killed training from one that ended.
///
/// It is written once the checkpoint is there or was accepted, and removed by whoever saves the model, after that. A folder
/// whose checkpoint was removed holds nothing to go on with, so there the mark counts no more.
public final class Unfinished {
    static final String FILE = "unfinished.json";

    private Unfinished() {}

    static void mark(Path folder) {
        Json.write(folder.resolve(FILE), new JsonObject().put("begun", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
    }

    /// Says that the model in `folder` is now the one that was trained there.
    public static void clear(Path folder) {
        try {
            Files.deleteIfExists(folder.resolve(FILE));
        } catch (IOException e) {
            throw IoFailure.writing(folder.resolve(FILE), e);
        }
    }

    /// Whether `folder` holds a training to go on with that is newer than the model there, if there is one.
    public static boolean in(Path folder) {
        return Files.exists(folder.resolve(FILE)) && Files.exists(folder.resolve(Checkpoint.FILE));
    }

    /// What a reader of the model in `folder` should know, in one sentence.
    public static Optional<String> note(Path folder) {
        return in(folder) ? Optional.of(folder + " holds a training that did not end, so the model there may be an earlier one; resume or repeat that run, or remove "
                + folder.resolve(Checkpoint.FILE) + " to keep the model that is there") : Optional.empty();
    }
}
