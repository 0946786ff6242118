/// JSON as the engine needs it, on the streaming half of Jackson alone: an embedder may have any 2.x version of it.
package dev.fusedvae.json;
