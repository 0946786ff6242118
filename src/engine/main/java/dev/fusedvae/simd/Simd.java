package dev.fusedvae.simd;

import java.util.Optional;

/// Which arithmetic the CPU path runs on: vectors of 128, 256 or 512 bits, or plain scalar loops.
///
/// This class touches no class of the incubator module, so it can be asked on any JVM. The system property
/// `fvae.vectorBits` (`128`, `256`, `512` or `scalar`) forces a choice; results have the same bits under each.
public final class Simd {

    /// Vectors are processed as if they had this many lanes, at any width: it fixes the order of every reduction.
    public static final int VIRTUAL_LANES = 16;

    /// Columns of a panel, the unit in which the CPU path holds matrices: two vectors of 512 bits, a power of two so that
    /// column c is column `c & PANEL - 1` of panel `c >> LOG2_PANEL`.
    public static final int LOG2_PANEL = 5;
    public static final int PANEL = 1 << LOG2_PANEL;

    private static final String REQUEST = System.getProperty("fvae.vectorBits", "auto");
    private static final boolean MODULE =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    private Simd() {}

    /// True where vector classes may be loaded; false where the scalar twins must be used.
    public static boolean vector() {
        return MODULE && !REQUEST.equals("scalar");
    }

    /// Vector width in bits, or 0 on the scalar path.
    public static int bits() {
        return vector() ? Lanes.F.vectorBitSize() : 0;
    }

    /// Why the scalar path runs and how to leave it, or empty where vectors run or were declined on purpose.
    public static Optional<String> warning() {
        return MODULE || REQUEST.equals("scalar")
                ? Optional.empty()
                : Optional.of("the Vector API module is not loaded, so the CPU path runs scalar code (same results, slower);"
                        + " add --add-modules jdk.incubator.vector to the java command");
    }

    static String request() {
        return REQUEST;
    }
}
