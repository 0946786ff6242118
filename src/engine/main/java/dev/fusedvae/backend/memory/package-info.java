/// The placement of slots in memory, shared by the backends that keep all slots in one arena.
package dev.fusedvae.backend.memory;
