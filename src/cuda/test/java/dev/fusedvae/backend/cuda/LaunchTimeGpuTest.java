package dev.fusedvae.backend.cuda;

import dev.fusedvae.GpuTest;

/// [LaunchTimeTest] on a GPU.
@GpuTest
class LaunchTimeGpuTest extends LaunchTimeTest {}
