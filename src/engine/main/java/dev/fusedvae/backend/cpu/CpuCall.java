package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Step;

/// A call of a plan with its addresses, cut into chunks that do not depend on each other.
interface CpuCall {

    /// How many chunks.
    int chunks();

    /// Computes one chunk, with the scratch memory of `member`.
    void run(int member, int chunk, Step step);
}
