/// Measurement: what a plan's calls take, what this machine could do at best, what each fusion buys.
package dev.fusedvae.lab;
