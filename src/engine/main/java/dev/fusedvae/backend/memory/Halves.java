package dev.fusedvae.backend.memory;

/// Splits a value into partial sums: v/2, v/4, v/8 and so on, and the remainder. Their sum is exact in any order, and the first
/// and the last piece are never zero unless the value is; all pieces of a NaN are NaN.
public final class Halves {
    /// The largest number of halvings, so that the pieces of a number of ordinary size are no denormals; pieces between are 0.
    private static final int CUTS = 24;

    private Halves() {}

    /// Part number `piece` of the `pieces` pieces of `value`.
    public static float piece(float value, int piece, int pieces) {
        int cuts = Math.min(pieces - 1, CUTS);
        if (piece == pieces - 1) {
            return Math.scalb(value, -cuts);
        }
        return piece < cuts || Float.isNaN(value) ? Math.scalb(value, -piece - 1) : 0;
    }
}
