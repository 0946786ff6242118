/// From the text of a kernel to an image that a device can load: folders, cards, variants, argument structs, compilers, packed
/// kernels. This package needs no device and loads no class of JCuda.
package dev.fusedvae.backend.cuda.kernels;
