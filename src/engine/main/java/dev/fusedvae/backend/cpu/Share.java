package dev.fusedvae.backend.cpu;

/// Splits work evenly: part p of n gets units [from, to) of `units`.
final class Share {
    private Share() {}

    static int from(int units, int part, int parts) {
        return (int) ((long) units * part / parts);
    }

    static int to(int units, int part, int parts) {
        return from(units, part + 1, parts);
    }
}
