package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Step;

/// A stage with its addresses, over any rectangle of rows and panels.
interface Kernel {

    /// Panels of the output (of one part) if the stage can be cut along them, else 1.
    default int panels() {
        return 1;
    }

    /// Computes rows [r0, r1) of panels [p0, p1). `r0` is a multiple of 4; `r1` is one, or the last row of the batch.
    void run(int member, int r0, int r1, int p0, int p1, Step step);
}
