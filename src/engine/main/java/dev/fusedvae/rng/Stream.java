package dev.fusedvae.rng;

import java.util.Objects;

/// One family of noise values, indexed by (step, row, column): the key and counter words that [Philox] takes.
///
/// @param seed    any 64 bits
/// @param purpose what the values are for
/// @param site    layer, parameter or Gibbs phase, in [0, 255]
public record Stream(long seed, Purpose purpose, int site) {
    public static final int SITES = 1 << 8;
    /// Steps are in [0, STEPS).
    public static final long STEPS = 1L << 48;
    /// Rows are in [0, ROWS); below 2^30 the words are also cuRAND's.
    public static final long ROWS = 1L << 32;

    public Stream {
        Objects.requireNonNull(purpose, "purpose must be one of the Purpose constants, got null");
        if (site < 0 || site >= SITES) {
            throw new IllegalArgumentException("site must be in [0, " + (SITES - 1) + "], got " + site);
        }
    }

    public int key0() {
        return (int) seed;
    }

    public int key1() {
        return (int) (seed >>> 32);
    }

    /// Counter word 0: the quad of `column`, whose word is number `column % 4` of the call.
    public static int counter0(int column) {
        return column >>> 2;
    }

    /// Counter word 1.
    public static int counter1(long row) {
        return (int) row;
    }

    /// Counter word 2.
    public int counter2(long step) {
        return (int) step;
    }

    /// Counter word 3.
    public int counter3(long step) {
        return purpose.code() << 24 | site << 16 | (int) (step >>> 32) & 0xFFFF;
    }

    /// Writes the words of columns `4·quad .. 4·quad + 3` to `out[at .. at + 3]`.
    void words(long step, long row, int quad, int[] out, int at) {
        Philox.words(quad, counter1(row), counter2(step), counter3(step), key0(), key1(), out, at);
    }

    /// Refuses a step or rows that the counter cannot hold.
    static void check(long step, long firstRow, int rows, int columns) {
        if (step < 0 || step >= STEPS) {
            throw new IllegalArgumentException("step must be in [0, 2^48), got " + step);
        }
        if (rows < 0 || columns < 0) {
            throw new IllegalArgumentException("rows and columns must be >= 0, got " + rows + " x " + columns);
        }
        if (firstRow < 0 || firstRow > ROWS - rows || firstRow == ROWS) {
            throw new IllegalArgumentException("rows must be in [0, 2^32), got " + rows + " from " + firstRow);
        }
    }
}
