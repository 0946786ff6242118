/// The CUDA backend: runs plans with hand-written kernels through JCuda, on a GPU (unverified on hardware so far) or on the SIMT
/// device, which simulates a GPU on the CPU.
///
/// It has three layers, each of which uses those before it: `kernels` (from source text to image), `driver` (the device) and
/// `lowering` (from plans to launches). Only they and this package use `jcuda.*`, and no class of JCuda is loaded before
/// [Probe][dev.fusedvae.backend.cuda.driver.Probe] has found a driver.
package dev.fusedvae.backend.cuda;
