package dev.fusedvae.backend.cpu;

/// Splits work evenly: chunk p of n gets units [from, to) of `units`.
final class Share {
    private Share() {}

    static int from(int units, int chunk, int chunks) {
        return (int) ((long) units * chunk / chunks);
    }

    static int to(int units, int chunk, int chunks) {
        return from(units, chunk + 1, chunks);
    }
}
