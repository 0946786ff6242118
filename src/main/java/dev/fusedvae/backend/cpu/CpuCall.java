package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Step;

/// A call of a plan with its addresses; every member of the team runs its share of it.
interface CpuCall {

    /// Computes this member's share.
    void run(int member, Step step);
}
