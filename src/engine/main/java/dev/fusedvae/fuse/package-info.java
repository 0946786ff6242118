/// WHICH ops travel together: fused ops that carry the primitive ops they replace, and the rules that make them, as data.
package dev.fusedvae.fuse;
