package dev.fusedvae.train;

import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.io.Sha256;
import dev.fusedvae.json.Json;
import dev.fusedvae.json.JsonObject;
import dev.fusedvae.spec.RbmSpec;
import dev.fusedvae.spec.TrainSpec;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

/// What decides the bits of a training, backend and fusion apart: specifications, normalization, and the data by content.
final class Identity {
    private Identity() {}

    /// Epochs are left out: they may be raised.
    static JsonObject of(TrainingJob job) {
        JsonObject node = of(SpecJson.of(job.spec()), job.train());
        node.put("trainExamples", job.data().train().size());
        node.put("testExamples", job.data().test().size());
        node.put("trainData", digest(job.data().train()));
        node.put("testData", digest(job.data().test()));
        return asRead(node, job.normalization());
    }

    /// The same for a restricted Boltzmann machine, whose training sees no test data.
    static JsonObject of(RbmSpec spec, TrainSpec train, DataSet data, Normalization normalization) {
        JsonObject rbm = new JsonObject().put("visible", spec.visible()).put("hidden", spec.hidden()).put("steps", spec.steps())
                .put("persistent", spec.persistent());
        JsonObject node = of(rbm, train);
        node.put("trainExamples", data.size());
        node.put("trainData", digest(data));
        return asRead(node, normalization);
    }

    private static JsonObject of(JsonObject spec, TrainSpec train) {
        JsonObject node = new JsonObject();
        node.put("spec", spec);
        JsonObject how = SpecJson.of(train);
        how.remove("epochs");
        node.put("train", how);
        return node;
    }

    private static JsonObject asRead(JsonObject node, Normalization normalization) {
        node.put("normalization", SpecJson.of(normalization));
        // Through text once, so that it equals what is read back: 1.0f and 1.0 are different nodes.
        return Json.parseObject(Json.compact(node), "the identity of the run");
    }

    /// The first 16 hexadecimal digits of the SHA-256 of the raw values.
    private static String digest(DataSet data) {
        MessageDigest sha = Sha256.digest();
        if (data.isBytes()) {
            sha.update(data.bytes());
        } else {
            ByteBuffer row = ByteBuffer.allocate(Float.BYTES * data.features());
            for (int i = 0; i < data.size(); i++) {
                row.asFloatBuffer().put(data.floats(), i * data.features(), data.features());
                sha.update(row.array());
            }
        }
        return HexFormat.of().formatHex(sha.digest(), 0, 8);
    }
}
