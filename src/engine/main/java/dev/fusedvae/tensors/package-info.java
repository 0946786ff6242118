/// Files of tensors: safetensors files are read and written, NPY files only written.
package dev.fusedvae.tensors;
