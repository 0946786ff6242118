package dev.fusedvae.backend.cuda;

import dev.fusedvae.GpuTest;

/// [PhaseTest] on a GPU.
@GpuTest
class PhaseGpuTest extends PhaseTest {}
