package dev.fusedvae.rng;

/// The order of examples in one epoch: a keyed bijection of [0, n) in O(1) memory, the same on every backend.
///
/// A balanced Feistel network of 12 rounds permutes the smallest domain of 2^(2h) >= max(n, 256) values; a value
/// outside [0, n) is permuted again until it falls inside (cycle walking, fewer than 4 turns on average for n > 64).
/// Twelve rounds and the minimum domain are what χ² of (position, index) asks for at n = 5..100: 8 rounds on the
/// smallest domain fail it.
///
/// Round keys are the eight words of columns 0..7 of (seed, SHUFFLE, site 0, step = epoch, row 0); round r uses word
/// r % 8 plus r·0x9E3779B9, so rounds that share a word still differ.
public final class Permutation {
    static final int ROUNDS = 12;
    private static final int MIN_HALF_BITS = 4;

    private final Stream stream;
    private final int n;
    private final int halfBits;
    private final int halfMask;
    private final int[] words = new int[8];
    private final int[] keys = new int[ROUNDS];

    /// The order of `epoch`.
    ///
    /// @param seed  the run's seed
    /// @param epoch in [0, 2^48)
    /// @param n     number of examples, >= 1
    public Permutation(long seed, long epoch, int n) {
        if (n < 1) {
            throw new IllegalArgumentException("n must be >= 1, got " + n);
        }
        this.n = n;
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(n - 1);
        halfBits = Math.max(MIN_HALF_BITS, (bits + 1) / 2);
        halfMask = (1 << halfBits) - 1;
        stream = new Stream(seed, Purpose.SHUFFLE, 0);
        turnTo(epoch);
    }

    /// Makes this the order of another epoch, in place: nobody may be asking for an index. Allocates nothing.
    ///
    /// @param epoch in [0, 2^48)
    public void turnTo(long epoch) {
        if (epoch < 0 || epoch >= Stream.STEPS) {
            throw new IllegalArgumentException("epoch must be in [0, 2^48), got " + epoch);
        }
        stream.words(epoch, 0, 0, words, 0);
        stream.words(epoch, 0, 1, words, 4);
        for (int r = 0; r < ROUNDS; r++) {
            keys[r] = words[r & 7] + r * Philox.W0;
        }
    }

    public int n() {
        return n;
    }

    /// The example at `position` of the epoch, both in [0, n); allocates nothing.
    public int index(int position) {
        if (position < 0 || position >= n) {
            throw new IndexOutOfBoundsException("position must be in [0, " + n + "), got " + position);
        }
        int x = position;
        do {
            x = permute(x);
        } while (Integer.compareUnsigned(x, n) >= 0); // unsigned: the domain reaches 2^32
        return x;
    }

    private int permute(int x) {
        int left = x >>> halfBits;
        int right = x & halfMask;
        for (int key : keys) {
            int next = left ^ mix(right ^ key) & halfMask;
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }

    /// MurmurHash3's finalizer less its first xorshift (Appleby, public domain).
    private static int mix(int h) {
        h *= 0x85EBCA6B;
        h ^= h >>> 13;
        h *= 0xC2B2AE35;
        return h ^ h >>> 16;
    }
}
