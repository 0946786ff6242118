/// From a plan to launches: which slot lies where, which kernel runs a call, its arguments and its grid, and graphs that
/// replay a step.
package dev.fusedvae.backend.cuda.lowering;
