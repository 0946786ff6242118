/// The oracle: the plainest loops possible, in double, run op by op from the definition of every fused op.
package dev.fusedvae.backend.reference;
