/// How files are written, and how it is said that one could not be.
///
/// Everything is written through [dev.fusedvae.io.AtomicFile], so a crash leaves either the old file or the new one,
/// and everything that goes wrong is an [dev.fusedvae.io.IoFailure] of one sentence.
package dev.fusedvae.io;
