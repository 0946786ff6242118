package dev.fusedvae.simd;

/// Prints the loops that allocate once they are compiled: the forked half of [ElementwiseAllocationTest].
final class ElementwiseAllocation {
    private static final int CALLS = 2_000;
    private static final long PATIENCE_NANOS = 15_000_000_000L;

    private ElementwiseAllocation() {}

    public static void main(String[] args) throws ReflectiveOperationException {
        var calls = ElementwiseCalls.all(32, ElementwiseCalls.TILE);
        double[] lanes = new double[16];
        calls.put("sumOfSquares", (loops, a) -> loops.sumOfSquares(a, 0, a.length, lanes, 0));
        AllocatedBytes allocated = new AllocatedBytes();
        float[] arena = new float[ElementwiseCalls.arena()];
        calls.forEach((name, call) -> {
            double bytes = bytesPerCall(call, arena, allocated);
            if (bytes >= 1) {
                System.out.println(name + " allocates " + bytes + " bytes a call in the steady state");
            }
        });
        System.out.println(calls.size() + " loops measured");
    }

    /// Repeats until the compiler, which works in the background, is done with it, or patience ends.
    private static double bytesPerCall(ElementwiseCalls.Call call, float[] arena, AllocatedBytes allocated) {
        VectorElementwise loops = new VectorElementwise();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        double bytes = Double.POSITIVE_INFINITY;
        while (bytes >= 1 && System.nanoTime() < deadline) {
            long before = allocated.soFar();
            for (int i = 0; i < CALLS; i++) {
                call.on(loops, arena);
            }
            bytes = (allocated.soFar() - before) / (double) CALLS;
        }
        return bytes;
    }
}
