package dev.fusedvae.train;

import dev.fusedvae.io.IoFailure;
import dev.fusedvae.io.OccupiedFolder;
import dev.fusedvae.io.OccupiedFolder.Holds;
import dev.fusedvae.json.Fields;
import dev.fusedvae.json.Json;
import dev.fusedvae.json.JsonObject;
import dev.fusedvae.run.History;
import dev.fusedvae.tensors.SafeTensors;
import dev.fusedvae.tensors.TensorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What a folder holds in which a training is to begin anew: a forgotten folder name must not cost a model or a checkpoint.
final class Occupation {
    private Occupation() {}

    /// Refuses a folder with a training that did not end, or with the model of a run other than that of `identity`, or of more
    /// epochs of it. The same run may be repeated: it ends in the same model.
    ///
    /// @throws OccupiedFolder if there is one
    static void refuse(Path folder, JsonObject identity, int epochs) {
        Path checkpoint = folder.resolve(Checkpoint.FILE);
        boolean model = Files.exists(folder.resolve(ModelFolder.WEIGHTS));
        if (!Files.exists(checkpoint)) {
            if (model) {
                throw new OccupiedFolder(Holds.MODEL, folder + " holds a model, and no checkpoint says from which run; name another folder, or have it replaced");
            }
            return;
        }
        if (Unfinished.in(folder) || !ended(folder)) {
            throw new OccupiedFolder(Holds.UNFINISHED, folder + " holds a training that did not end; resume it, name another folder, or have it replaced");
        }
        Optional<String> difference = difference(checkpoint, identity, epochs);
        if (difference.isPresent()) {
            throw new OccupiedFolder(Holds.MODEL, folder + " holds the model of another run (" + difference.get() + "); name another folder, or have it replaced");
        }
    }

    private static boolean ended(Path folder) {
        Path training = folder.resolve(ModelFolder.TRAINING);
        if (!Files.exists(training)) {
            return false;
        }
        return !new Fields(Json.read(training), training.toString()).text("ending").equals(History.Ending.CANCELLED.flag());
    }

    private static Optional<String> difference(Path checkpoint, JsonObject identity, int epochs) {
        try {
            TensorFile file = SafeTensors.read(checkpoint);
            int done = new Fields(Json.parse(file.text("progress"), "its progress"), "its progress").list("history", Optional::of, "a list of epochs").size();
            return Difference.between(Json.parseObject(file.text("identity"), "its identity"), identity, "")
                    .or(() -> done > epochs ? Optional.of("it has " + done + " epochs, and " + epochs + " are asked for") : Optional.empty());
        } catch (IoFailure e) {
            return Optional.of("its checkpoint cannot be read: " + e.getMessage());
        }
    }
}
