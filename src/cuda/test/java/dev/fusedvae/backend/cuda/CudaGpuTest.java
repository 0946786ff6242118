package dev.fusedvae.backend.cuda;

import dev.fusedvae.GpuTest;

/// [CudaTest] on a GPU.
@GpuTest
class CudaGpuTest extends CudaTest {}
