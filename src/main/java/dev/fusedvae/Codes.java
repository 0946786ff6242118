package dev.fusedvae;

/// What an encoder says about examples: q(z|x) = N(mu, exp(logVar)), a row each.
///
/// @param mu     `[examples, latent]`: the means, or the codes of an autoencoder
/// @param logVar `[examples, latent]`: log σ² as the network gives it; rows are empty for an autoencoder
@SuppressWarnings("ArrayRecordComponent")
public record Codes(float[][] mu, float[][] logVar) {}
