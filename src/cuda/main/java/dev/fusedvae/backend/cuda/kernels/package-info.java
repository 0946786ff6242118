/// From the text of a kernel to an image that a device can load: folders, cards, variants, argument structs, compilers, what
/// the jar has packed. No device is needed here, and no class of JCuda is loaded.
package dev.fusedvae.backend.cuda.kernels;
