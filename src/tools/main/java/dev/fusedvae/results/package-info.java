/// JSON as the tools need it: trees of results files and of `--json`.
package dev.fusedvae.results;
