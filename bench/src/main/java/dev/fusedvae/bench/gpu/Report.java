package dev.fusedvae.bench.gpu;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.ReadOptions;
import dev.fusedvae.data.Split;
import dev.fusedvae.eval.Inputs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/// What a program of this package writes: one JSON object, its rows as they come.
final class Report {
    private final Path file;
    private final ObjectNode root = new ObjectMapper().createObjectNode();
    private int failures;

    Report(String file) {
        this.file = Path.of(file);
    }

    ObjectNode root() {
        return root;
    }

    /// A new row; the file is written with every row, so that what is there survives a time limit.
    ObjectNode row(String name) {
        write();
        return root.withArray("/rows").addObject().put("name", name);
    }

    /// Says in a row why it has no figures; the program goes on and ends with 1.
    void fail(ObjectNode row, String reason) {
        failures++;
        row.put("error", reason);
        System.out.println("FAILED " + row.path("name").asText() + ": " + reason);
    }

    /// Writes the rest and ends the process.
    void end() {
        root.put("failures", failures);
        write();
        System.exit(failures == 0 ? 0 : 1);
    }

    private void write() {
        try {
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), root);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /// Training examples of a data set of the catalogue, or of a file or folder, in [0, 1].
    static Examples examples(String data) {
        DataSet train = load(data).train();
        return Inputs.examples(train, Normalization.unit(train));
    }

    /// Its held-out examples.
    static Examples heldOut(String data) {
        Split split = load(data);
        return Inputs.examples(split.test(), Normalization.unit(split.train()));
    }

    private static Split load(String data) {
        return Catalogue.open(data, Optional.empty(), System.getenv(), ReadOptions.defaults());
    }
}
