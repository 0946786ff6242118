/// The device: the driver API through JCuda, device and pinned memory, modules and launches, the SIMT device in a driver's
/// place, and what NVIDIA's libraries there are.
package dev.fusedvae.backend.cuda.driver;
