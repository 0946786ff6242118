/// Published figures as data: what to train, what to measure, and the band in which the figure must lie.
package dev.fusedvae.reproduce;
