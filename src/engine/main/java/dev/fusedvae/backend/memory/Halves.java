package dev.fusedvae.backend.memory;

/// Cuts a value into partial sums: halves of halves, so that adding them up is exact in any order and the first and the
/// last always count; NaN makes every part NaN.
public final class Halves {
    /// Cuts at most: the parts of a number of ordinary size stay normal numbers.
    private static final int CUTS = 24;

    private Halves() {}

    /// Part `part` of `parts` of `value`.
    public static float part(float value, int part, int parts) {
        int cuts = Math.min(parts - 1, CUTS);
        if (part == parts - 1) {
            return Math.scalb(value, -cuts);
        }
        return part < cuts || Float.isNaN(value) ? Math.scalb(value, -part - 1) : 0;
    }
}
