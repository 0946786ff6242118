package dev.fusedvae.train;

import dev.fusedvae.data.ImageShape;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.run.History;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A model as a folder holds it.
///
/// @param data        name of the data it was trained on, or empty
/// @param environment what it was trained on: Java, vectors, threads, backend; empty if unknown
public record Model(VaeSpec spec, TrainSpec train, Normalization normalization, Optional<ImageShape> image, String data,
                    Parameters parameters, History history, Map<String, String> environment) {

    /// The entry of [#environment] that says where the test examples came from: [#HELD_OUT] and the share, else their name.
    public static final String TEST_DATA = "testData";
    public static final String HELD_OUT = "held out ";

    public Model {
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    }

    /// The model that `trained` is of `job`. Its data is called as the user called it: the training half of a data set is
    /// `NAME train`, so that `train` goes.
    public static Model of(TrainingJob job, Trained trained) {
        return new Model(job.spec(), job.train(), job.normalization(), job.data().train().image(),
                job.data().train().name().replaceFirst(" train$", ""),
                trained.parameters(), trained.history(), environment(job.data(), trained));
    }

    /// With what the test examples were: so they are found again.
    private static Map<String, String> environment(Split data, Trained trained) {
        Map<String, String> all = new LinkedHashMap<>(trained.environment());
        all.put(TEST_DATA, data.heldOut().isPresent() ? HELD_OUT + data.heldOut().getAsDouble() : data.test().name());
        return all;
    }
}
