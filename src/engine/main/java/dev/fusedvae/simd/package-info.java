/// What every vectorised loop shares: the choice of vector width, and elementary functions whose vector and scalar
/// forms give the same bits.
package dev.fusedvae.simd;
