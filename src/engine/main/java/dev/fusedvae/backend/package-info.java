/// HOW plans run: one interface, several backends, and a lookup whose every refusal carries its reason.
package dev.fusedvae.backend;
