/// The device: the driver API through JCuda, device and pinned memory, modules and launches, the SIMT device as a stand-in for a
/// driver, and NVIDIA's libraries.
package dev.fusedvae.backend.cuda.driver;
