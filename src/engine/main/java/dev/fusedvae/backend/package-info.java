/// How plans run: the interface of a backend, and the lookup of backends, which says for each one that cannot run why not.
package dev.fusedvae.backend;
