/// JSON as the engine needs it. It uses only Jackson's streaming library (jackson-core), of which an embedder may have any 2.x
/// version.
package dev.fusedvae.json;
