package dev.fusedvae.backend.cuda;

import dev.fusedvae.GpuTest;

/// [RbmCudaTest] on a GPU.
@GpuTest
class RbmCudaGpuTest extends RbmCudaTest {}
