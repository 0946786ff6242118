package dev.fusedvae.bench;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.fuse.Fusion;
import java.util.function.Supplier;

/// Our side of a contest: a way to run the engine.
///
/// @param ran    what runs, in words
/// @param fusion the rules of its plans
/// @param open   opens the backend anew; the caller closes it
public record Side(String ran, Fusion fusion, Supplier<Backend> open) {}
