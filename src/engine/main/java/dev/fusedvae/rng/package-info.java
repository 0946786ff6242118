/// Noise as a pure function of (seed, purpose, site, step, row, column), with the same bits on every backend.
///
/// Nothing here holds a position: any backend may draw any value at any time, in any order and on any thread, and
/// gets what every other backend gets; [dev.fusedvae.rng.Strips] says where a block of values goes. [dev.fusedvae.rng.Philox] makes words, [dev.fusedvae.rng.Stream] says which
/// words, and [dev.fusedvae.rng.Normals], [dev.fusedvae.rng.Uniforms], [dev.fusedvae.rng.Binarizer] and
/// [dev.fusedvae.rng.Permutation] turn them into values.
package dev.fusedvae.rng;
