/// Training: from a specification and data to a model, with checkpoints that resume bit for bit.
package dev.fusedvae.train;
