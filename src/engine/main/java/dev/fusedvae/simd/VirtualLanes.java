package dev.fusedvae.simd;

/// Sums over features: 16 virtual lanes and one fixed tree, so that the bits do not depend on the vector width.
///
/// Lane `l` holds the sum of the elements whose column is `l` modulo 16, added in column order; the tree then adds
/// lanes at distance 8, 4, 2, 1, in double also where the lanes are floats.
public final class VirtualLanes {
    private VirtualLanes() {}

    /// The sum of 16 float lanes of `lanes` from `at`.
    public static double sum(float[] lanes, int at) {
        return pair(lanes, at, 0) + pair(lanes, at, 1);
    }

    /// The sum of 16 double lanes of `lanes` from `at`.
    public static double sum(double[] lanes, int at) {
        return pair(lanes, at, 0) + pair(lanes, at, 1);
    }

    /// Lanes `l, l+2, … l+14`, at distance 8, then 4, then 2.
    private static double pair(float[] lanes, int at, int l) {
        return quad(lanes, at + l) + quad(lanes, at + l + 2);
    }

    private static double pair(double[] lanes, int at, int l) {
        return quad(lanes, at + l) + quad(lanes, at + l + 2);
    }

    private static double quad(float[] lanes, int i) {
        return ((double) lanes[i] + lanes[i + 8]) + ((double) lanes[i + 4] + lanes[i + 12]);
    }

    private static double quad(double[] lanes, int i) {
        return (lanes[i] + lanes[i + 8]) + (lanes[i + 4] + lanes[i + 12]);
    }
}
