/// The public story: train, load, encode, decode, sample, score, save.
package dev.fusedvae;
