package dev.fusedvae.train;

import dev.fusedvae.GpuTest;

/// [CudaTrainingTest] on a GPU.
@GpuTest
class CudaTrainingGpuTest extends CudaTrainingTest {}
