package dev.fusedvae.lab;

/// The loops that measure a machine's roofs, on vectors or on scalars.
interface RoofLoops {
    /// Runs `steps` rounds of independent multiply-adds; the result depends on all of them.
    double multiplyAdd(int steps);

    /// Flops of [#multiplyAdd]; a multiply-add counts two.
    long flops(int steps);

    /// a = b + s·c on [from, to).
    void triad(float[] a, float[] b, float[] c, int from, int to);
}
