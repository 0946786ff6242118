package dev.fusedvae.train;

import dev.fusedvae.io.IoFailure;
import dev.fusedvae.json.Fields;
import dev.fusedvae.json.JsonObject;
import dev.fusedvae.run.EpochMetrics;
import dev.fusedvae.run.Figures;
import dev.fusedvae.run.History;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The metrics of epochs as JSON; every double is read back with the same bits.
final class HistoryJson {
    private HistoryJson() {}

    static List<JsonObject> of(List<EpochMetrics> epochs) {
        return epochs.stream().map(HistoryJson::of).toList();
    }

    private static JsonObject of(EpochMetrics m) {
        JsonObject node = new JsonObject();
        node.put("epoch", m.epoch());
        node.put("train", of(m.train()));
        node.put("test", of(m.test()));
        node.put("klPerLatent", m.klPerLatent());
        node.put("activeUnits", m.activeUnits());
        node.put("seconds", m.seconds());
        node.put("examplesPerSecond", m.examplesPerSecond());
        return node;
    }

    private static JsonObject of(Figures f) {
        return new JsonObject().put("elbo", f.elbo()).put("reconstruction", f.reconstruction()).put("kl", f.kl());
    }

    static List<EpochMetrics> epochs(Fields f, String name) {
        List<EpochMetrics> epochs = f.list(name, node -> Optional.of(epoch(new Fields(node, f.where() + ": " + name))), "a list of epochs");
        for (int i = 0; i < epochs.size(); i++) {
            if (epochs.get(i).epoch() != i + 1) {
                throw new IoFailure(f.where() + ": " + name + " must list epochs 1, 2, …, got " + epochs.get(i).epoch() + " at place "
                        + (i + 1) + "; write the file again");
            }
        }
        return epochs;
    }

    private static EpochMetrics epoch(Fields f) {
        return new EpochMetrics(f.whole("epoch"), figures(f.object("train")), figures(f.object("test")), f.numbers("klPerLatent"),
                f.whole("activeUnits"), f.number("seconds"), f.number("examplesPerSecond"));
    }

    private static Figures figures(Fields f) {
        return new Figures(f.number("elbo"), f.number("reconstruction"), f.number("kl"));
    }

    static History.Ending ending(Fields f, String name) {
        String flag = f.text(name);
        return Arrays.stream(History.Ending.values()).filter(e -> e.flag().equals(flag)).findFirst().orElseThrow(() -> new IoFailure(
                f.where() + ": " + name + " must be complete, stopped-early or cancelled, got '" + flag + "'; correct it there"));
    }
}
