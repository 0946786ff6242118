package dev.fusedvae;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// Counts the bytes that the calling thread allocates.
///
/// By method handle, because the module of the library rightly does not read `java.management`, and tests compile in it.
public final class Allocations {
    private static final MethodHandle ALLOCATED = handle();

    private Allocations() {}

    /// Bytes that `work` allocates on this thread.
    public static long of(Runnable work) {
        long before = now();
        work.run();
        return now() - before;
    }

    private static long now() {
        try {
            return (long) ALLOCATED.invokeExact();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static MethodHandle handle() {
        try {
            Class<?> type = Class.forName("com.sun.management.ThreadMXBean");
            Object bean = Class.forName("java.lang.management.ManagementFactory").getMethod("getThreadMXBean").invoke(null);
            return MethodHandles.publicLookup()
                    .findVirtual(type, "getCurrentThreadAllocatedBytes", MethodType.methodType(long.class)).bindTo(bean);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
