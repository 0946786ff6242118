package dev.fusedvae.simd;

import java.lang.reflect.Method;

/// Bytes that the current thread has allocated so far.
///
/// By reflection, because tests are compiled into a module that does not read `jdk.management`.
final class AllocatedBytes {
    private final Object bean;
    private final Method count;

    AllocatedBytes() throws ReflectiveOperationException {
        bean = Class.forName("java.lang.management.ManagementFactory").getMethod("getThreadMXBean").invoke(null);
        count = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
    }

    long soFar() {
        try {
            return (long) count.invoke(bean);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
