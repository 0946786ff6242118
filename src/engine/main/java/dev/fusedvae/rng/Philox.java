package dev.fusedvae.rng;

/// Philox4x32-10: four random words from a 128-bit counter and a 64-bit key.
///
/// Source: Salmon, Moraes, Dror, Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011. The engine lays out
/// its inputs as follows ([Stream] does it):
///
/// | word | holds |
/// |---|---|
/// | `k0`, `k1` | seed, low and high word |
/// | `c0` | column / 4: the four words of a call are the columns 4·c0 .. 4·c0 + 3 of one row |
/// | `c1` | row |
/// | `c2` | step, bits 0..31 |
/// | `c3` | purpose << 24, site << 16, step bits 32..47 |
///
/// For row < 2^30 these are the words of cuRAND's first `curand4` after
/// `curand_init(seed, subsequence = c3:c2, offset = 4·(c1:c0))` on a `curandStatePhilox4_32_10_t`; beyond that the
/// offset no longer fits 64 bits, and only the correspondence ends.
public final class Philox {
    static final int M0 = 0xD2511F53;
    static final int M1 = 0xCD9E8D57;
    static final int W0 = 0x9E3779B9;
    static final int W1 = 0xBB67AE85;
    static final int ROUNDS = 10;

    private Philox() {}

    /// Writes the four words of counter (c0, c1, c2, c3) under key (k0, k1) to `out[at .. at + 3]`; allocates nothing.
    public static void words(int c0, int c1, int c2, int c3, int k0, int k1, int[] out, int at) {
        for (int round = 0; round < ROUNDS; round++) {
            long p = (M0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
            long q = (M1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
            c0 = (int) (q >>> 32) ^ c1 ^ k0;
            c1 = (int) q;
            c2 = (int) (p >>> 32) ^ c3 ^ k1;
            c3 = (int) p;
            k0 += W0;
            k1 += W1;
        }
        out[at] = c0;
        out[at + 1] = c1;
        out[at + 2] = c2;
        out[at + 3] = c3;
    }
}
