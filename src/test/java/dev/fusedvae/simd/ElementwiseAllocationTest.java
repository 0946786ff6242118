package dev.fusedvae.simd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ElementwiseAllocationTest {
    private static final int CALLS = 2_000;
    private static final long PATIENCE_NANOS = 15_000_000_000L;

    /// A boxed vector is 32 bytes or more, several per loop iteration: a call that boxes allocates kilobytes.
    @Test
    void loops_allocateNothingOnceCompiled() throws ReflectiveOperationException {
        var calls = ElementwiseCalls.all(32, ElementwiseCalls.TILE);
        double[] lanes = new double[16];
        calls.put("sumOfSquares", (loops, a) -> loops.sumOfSquares(a, 0, a.length, lanes, 0));
        AllocatedBytes allocated = new AllocatedBytes();
        float[] arena = new float[ElementwiseCalls.arena()];
        calls.forEach((name, call) -> {
            double bytes = bytesPerCall(call, arena, allocated);
            assertTrue(bytes < 1, name + " allocates " + bytes + " bytes a call in the steady state");
        });
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
