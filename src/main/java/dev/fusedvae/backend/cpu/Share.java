package dev.fusedvae.backend.cpu;

/// Splits work evenly: member m of n gets units [from, to) of `units`.
final class Share {
    private Share() {}

    static int from(int units, int member, int members) {
        return (int) ((long) units * member / members);
    }

    static int to(int units, int member, int members) {
        return from(units, member + 1, members);
    }
}
