package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.reproduce.Measure;
import dev.fusedvae.reproduce.Reproduction;

final class Lectures {
    private Lectures() {}

    static void draw(Reproduction one, Vae vae) {
    }
}
