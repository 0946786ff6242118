/// WHETHER a backend is right: the oracle of every call, derived from its definition, and the bound on rounding that it
/// may stay under. Shared by tests, the command line and benchmarks.
package dev.fusedvae.check;
