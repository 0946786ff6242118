/// The CPU path: pure Java, vectorised, one team of threads that runs whole steps.
package dev.fusedvae.backend.cpu;
