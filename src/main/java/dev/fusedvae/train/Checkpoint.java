package dev.fusedvae.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.io.Json;
import dev.fusedvae.io.NamedTensor;
import dev.fusedvae.io.SafeTensors;
import dev.fusedvae.io.TensorFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/// A moment of a training from which it goes on bit for bit.
///
/// The file is safetensors: `parameter:NAME`, `state:NAME` and, with early stopping, `best:NAME`; `identity` and
/// `progress` are JSON in its metadata, and `crc32c` covers both texts and every value.
///
/// @param identity what the run must have in common with one that goes on from here
/// @param engine   backend and fusion level that wrote it; on others a run goes on up to rounding
/// @param best     the best parameters so far, where the run stops early
record Checkpoint(JsonNode identity, String engine, Progress progress, Parameters parameters, Parameters state, Optional<Parameters> best) {
    static final String FILE = "checkpoint.safetensors";

    private static final String PARAMETER = "parameter:";
    private static final String STATE = "state:";
    private static final String BEST = "best:";

    /// Where a training stands.
    ///
    /// @param step           optimizer steps done
    /// @param reconstruction Σ log p(x|z) over the steps of the unfinished epoch
    /// @param kl             Σ KL over them
    /// @param nanos          time in them
    /// @param bestElbo       the best test ELBO so far, where the run stops early
    /// @param bestEpoch      its epoch, or 0
    record Progress(long step, double reconstruction, double kl, long nanos, List<EpochMetrics> history,
                    Optional<Double> bestElbo, int bestEpoch) {

        static Progress start() {
            return new Progress(0, 0, 0, 0, List.of(), Optional.empty(), 0);
        }

        JsonNode json() {
            ObjectNode node = Json.object();
            node.put("step", step);
            node.put("reconstruction", reconstruction);
            node.put("kl", kl);
            node.put("nanos", nanos);
            bestElbo.ifPresent(elbo -> node.put("bestElbo", elbo));
            node.put("bestEpoch", bestEpoch);
            node.set("history", HistoryJson.of(history));
            return node;
        }

        static Progress read(Fields f) {
            return new Progress(f.wholeLong("step"), f.number("reconstruction"), f.number("kl"), f.wholeLong("nanos"),
                    HistoryJson.epochs(f, "history"), f.has("bestElbo") ? Optional.of(f.number("bestElbo")) : Optional.empty(),
                    f.whole("bestEpoch"));
        }
    }

    void save(Path folder) {
        List<NamedTensor> tensors = new ArrayList<>();
        add(tensors, PARAMETER, parameters);
        add(tensors, STATE, state);
        best.ifPresent(b -> add(tensors, BEST, b));
        String identityText = Json.compact(identity);
        String progressText = Json.compact(progress.json());
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("format", "fusedvae-checkpoint-1");
        texts.put("identity", identityText);
        texts.put("progress", progressText);
        texts.put("engine", engine);
        texts.put("crc32c", checksum(identityText, progressText, tensors));
        SafeTensors.write(folder.resolve(FILE), tensors, texts);
    }

    /// Removes temporary files that a killed run left in `folder`; each was to become one of ours.
    static void removeLeftovers(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<String> ours = List.of(FILE, ModelFolder.CONFIG, ModelFolder.WEIGHTS, ModelFolder.TRAINING, ModelFolder.CARD);
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder, path ->
                ours.stream().anyMatch(name -> path.getFileName().toString().startsWith("." + name + ".tmp-")))) {
            for (Path leftover : leftovers) {
                Files.deleteIfExists(leftover);
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw IoFailure.writing(folder, e instanceof DirectoryIteratorException d ? d.getCause() : (IOException) e);
        }
    }

    private static void add(List<NamedTensor> to, String prefix, Parameters values) {
        for (String name : values.names()) {
            float[] v = values.values(name);
            to.add(new NamedTensor(prefix + name, new long[] {v.length}, v));
        }
    }

    /// Reads the checkpoint in `folder`, which must belong to a run with `identity` of a graph with these tensors.
    static Checkpoint load(Path folder, JsonNode identity, List<Tensor> parameters, List<Tensor> state) {
        Path path = folder.resolve(FILE);
        if (!Files.exists(path)) {
            throw new IoFailure("there is no " + FILE + " in " + folder + " to resume from; start without resume, or name the folder of the run");
        }
        TensorFile file = SafeTensors.read(path);
        try {
            String identityText = file.text("identity");
            String progressText = file.text("progress");
            String checksum = checksum(identityText, progressText, List.copyOf(file.tensors().values()));
            if (!checksum.equals(file.text("crc32c"))) {
                throw new IoFailure("its checksum is " + checksum + " instead of " + file.text("crc32c")
                        + ", so its content has changed; take an older copy or start without resume");
            }
            JsonNode theirs = Json.parse(identityText, "its identity");
            Optional<String> difference = Difference.between(theirs, identity, "");
            if (difference.isPresent()) {
                throw new IoFailure("it belongs to another run: " + difference.get() + "; repeat that run's settings, or start without resume");
            }
            Progress progress = Progress.read(new Fields(Json.parse(progressText, "its progress"), "its progress"));
            return new Checkpoint(theirs, file.text("engine"), progress, values(file, PARAMETER, parameters), values(file, STATE, state),
                    progress.bestEpoch() > 0 ? Optional.of(values(file, BEST, parameters)) : Optional.empty());
        } catch (IoFailure e) {
            throw new IoFailure("cannot resume from " + path + ": " + e.getMessage(), e);
        }
    }

    private static Parameters values(TensorFile file, String prefix, List<Tensor> tensors) {
        Map<String, float[]> values = new LinkedHashMap<>();
        tensors.forEach(t -> values.put(t.name(), file.tensor(prefix + t.name(), t.elements(1)).data()));
        return new Parameters(values);
    }

    private static String checksum(String identity, String progress, List<NamedTensor> tensors) {
        CRC32C crc = new CRC32C();
        crc.update(identity.getBytes(StandardCharsets.UTF_8));
        crc.update(progress.getBytes(StandardCharsets.UTF_8));
        for (NamedTensor tensor : tensors) {
            crc.update(tensor.name().getBytes(StandardCharsets.UTF_8));
            ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, tensor.data().length));
            bytes.asFloatBuffer().put(tensor.data());
            crc.update(bytes);
        }
        return Long.toHexString(crc.getValue());
    }
}
