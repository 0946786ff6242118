/// Where slots lie: shared by the backends that place slots in one arena.
package dev.fusedvae.backend.memory;
