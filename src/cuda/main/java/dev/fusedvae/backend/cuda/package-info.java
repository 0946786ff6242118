/// The CUDA backend: plans run by hand-written kernels through JCuda, on a GPU (unverified on hardware so far) or on
/// the SIMT device.
///
/// Only this package sees `jcuda.*`, and nothing here loads a class of JCuda before the [Probe][dev.fusedvae.backend.cuda.Probe]
/// has found a driver.
package dev.fusedvae.backend.cuda;
