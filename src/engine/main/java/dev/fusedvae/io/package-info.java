/// Writing of files, and the exception for files that cannot be read or written.
///
/// All files are written by [dev.fusedvae.io.AtomicFile], so a crash leaves either the old file or the new one, and every
/// failure is an [dev.fusedvae.io.IoFailure] whose message is one sentence.
package dev.fusedvae.io;
