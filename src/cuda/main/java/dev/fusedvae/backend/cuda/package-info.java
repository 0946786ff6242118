/// The CUDA backend: plans run by hand-written kernels through JCuda, on a GPU (unverified on hardware so far) or on
/// the SIMT device.
///
/// Made of three layers, each of which uses those before it: `kernels` (text to image), `driver` (the device) and `lowering`
/// (plans to launches). Only they and this package see `jcuda.*`, and nothing loads a class of JCuda before the
/// [Probe][dev.fusedvae.backend.cuda.driver.Probe] has found a driver.
package dev.fusedvae.backend.cuda;
