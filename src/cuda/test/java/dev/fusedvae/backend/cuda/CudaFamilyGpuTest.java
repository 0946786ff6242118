package dev.fusedvae.backend.cuda;

import dev.fusedvae.GpuTest;

/// [CudaFamilyTest] on a GPU.
@GpuTest
class CudaFamilyGpuTest extends CudaFamilyTest {}
