package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Step;

/// A call of a plan with its addresses, cut into parts that do not depend on each other.
interface CpuCall {

    /// How many parts.
    int parts();

    /// Computes one part, with the scratch memory of `member`.
    void run(int member, int part, Step step);
}
