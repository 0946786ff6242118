package dev.fusedvae.reproduce;

/// How a case is trained, and which parameters are measured.
public enum Training {
    /// The last epoch's.
    LAST,
    /// Those of the epoch with the best held-out ELBO.
    BEST,
    /// A decoder regressed on pairs (z, x); see [Regression].
    DECODER
}
