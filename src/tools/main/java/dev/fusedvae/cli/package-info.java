/// The command line: results on stdout, progress and messages on stderr, one sentence per failure.
///
/// Commands only parse, call the library, and print; whatever they can do, a Java program can do through `dev.fusedvae.Vae`.
package dev.fusedvae.cli;
