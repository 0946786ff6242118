/// Running a trained model: data in, codes, decoded examples and the terms of the ELBO out.
package dev.fusedvae.eval;
