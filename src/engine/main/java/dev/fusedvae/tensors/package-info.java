/// Files of tensors: safetensors, read and written, and NPY, written.
package dev.fusedvae.tensors;
