package dev.fusedvae.train;

import dev.fusedvae.eval.Parameters;
import dev.fusedvae.run.History;
import java.util.Map;

/// What a training leaves behind.
///
/// @param environment what it ran on, in words
public record Trained(Parameters parameters, History history, Map<String, String> environment) {}
