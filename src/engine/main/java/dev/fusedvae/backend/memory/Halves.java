package dev.fusedvae.backend.memory;

/// Splits a value into partial sums: v/2, v/4, v/8 and so on, and the remainder. Their sum is exact in any order, and the first
/// and the last part are never zero unless the value is; all parts of a NaN are NaN.
public final class Halves {
    /// The largest number of halvings, so that the parts of a number of ordinary size are no denormals; parts between are 0.
    private static final int CUTS = 24;

    private Halves() {}

    /// Part number `part` of the `parts` parts of `value`.
    public static float part(float value, int part, int parts) {
        int cuts = Math.min(parts - 1, CUTS);
        if (part == parts - 1) {
            return Math.scalb(value, -cuts);
        }
        return part < cuts || Float.isNaN(value) ? Math.scalb(value, -part - 1) : 0;
    }
}
