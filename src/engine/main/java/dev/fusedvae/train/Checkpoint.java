package dev.fusedvae.train;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.json.Fields;
import dev.fusedvae.json.Json;
import dev.fusedvae.json.JsonObject;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.tensors.NamedTensor;
import dev.fusedvae.tensors.SafeTensors;
import dev.fusedvae.tensors.TensorFile;
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
import java.util.function.Function;
import java.util.zip.CRC32C;

/// A moment of a training from which it goes on bit for bit.
///
/// The file is safetensors: `parameter:NAME`, `state:NAME` and, with early stopping, `best:NAME`; `identity` and
/// `progress` are JSON in its metadata, and `crc32c` covers both texts and every value.
///
/// @param identity what the run must have in common with one that goes on from here
/// @param engine   backend and fusion level that wrote it; on others a run goes on up to rounding
/// @param best     the best parameters so far, where the run stops early
record Checkpoint<P extends Progress>(JsonObject identity, String engine, P progress, Parameters parameters, Parameters state,
                                      Optional<Parameters> best) {
    static final String FILE = "checkpoint.safetensors";

    private static final String PARAMETER = "parameter:";
    private static final String STATE = "state:";
    private static final String BEST = "best:";

    /// The tensors whose values a checkpoint holds, those with a row an example for batches of `batch`.
    record Layout(List<Tensor> parameters, List<Tensor> state, int batch) {}

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

    /// What [#engine] says of a run: backend, fusion level and vendor parts.
    static String engine(Backend backend, RunOptions options) {
        String vendor = options.backend().cuda().vendorFlags();
        return backend.name() + ", fusion " + options.fusion().flag() + (vendor.isEmpty() ? "" : ", vendor " + vendor);
    }

    /// What to tell the user who goes on with `now`, if anything.
    Optional<String> note(String now) {
        return engine.equals(now) ? Optional.empty() : Optional.of("the checkpoint was written by " + engine + " and the run goes on with " + now
                + ": equal up to rounding, not bit for bit");
    }

    /// Removes temporary files that a killed run left in `folder`; each was to become one of ours.
    static void removeLeftovers(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<String> ours = List.of(FILE, Unfinished.FILE, ModelFolder.CONFIG, ModelFolder.WEIGHTS, ModelFolder.TRAINING, ModelFolder.CARD);
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

    /// Reads the checkpoint in `folder`, which must belong to a run with `identity` of a graph with the tensors of `layout`.
    static <P extends Progress> Checkpoint<P> load(Path folder, JsonObject identity, Layout layout, Function<Fields, P> read) {
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
            JsonObject theirs = Json.parseObject(identityText, "its identity");
            Optional<String> difference = Difference.between(theirs, identity, "");
            if (difference.isPresent()) {
                throw new IoFailure("it belongs to another run: " + difference.get() + "; repeat that run's settings, or start without resume");
            }
            P progress = read.apply(new Fields(Json.parse(progressText, "its progress"), "its progress"));
            return new Checkpoint<>(theirs, file.text("engine"), progress, values(file, PARAMETER, layout.parameters, layout.batch),
                    values(file, STATE, layout.state, layout.batch),
                    progress.keepsBest() ? Optional.of(values(file, BEST, layout.parameters, layout.batch)) : Optional.empty());
        } catch (IoFailure e) {
            throw new IoFailure("cannot resume from " + path + ": " + e.getMessage(), e);
        }
    }

    private static Parameters values(TensorFile file, String prefix, List<Tensor> tensors, int batch) {
        Map<String, float[]> values = new LinkedHashMap<>();
        tensors.forEach(t -> values.put(t.name(), file.tensor(prefix + t.name(), t.elements(batch)).data()));
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
