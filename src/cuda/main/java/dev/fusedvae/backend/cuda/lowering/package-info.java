/// From a plan to launches: the places of slots, the kernel that runs a call, its arguments and its grid, and graphs that replay steps.
package dev.fusedvae.backend.cuda.lowering;
