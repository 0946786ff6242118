package dev.fusedvae.simd;

/// Runs every operation of the preferred loops and prints a checksum of the arena: the forked half of [VectorWidthTest].
final class ElementwiseChecksum {
    private ElementwiseChecksum() {}

    /// Repeats as often as its argument says, because interpreted and compiled vectors are different code.
    public static void main(String[] args) {
        long first = compute();
        for (int i = Integer.parseInt(args[0]); i > 0; i--) {
            if (compute() != first) {
                throw new AssertionError("the bits changed while the loops were being compiled");
            }
        }
        System.out.println(Simd.bits() + " " + Long.toHexString(first));
    }

    static long compute() {
        long[] hash = {0xcbf29ce484222325L};
        for (int columns : new int[] {32, 19}) {
            float[] start = Samples.wild(ElementwiseCalls.arena(), columns);
            ElementwiseCalls.all(columns, 148).forEach((name, call) -> {
                float[] arena = start.clone();
                call.on(Elementwise.PREFERRED, arena);
                for (float value : arena) {
                    hash[0] = (hash[0] ^ Float.floatToIntBits(value)) * 0x100000001b3L;
                }
            });
        }
        return hash[0];
    }
}
