/// What bench/gpu/run measures on a machine with a GPU; needs the class path of bench/gpu/prepare, no JMH.
package dev.fusedvae.bench.gpu;
