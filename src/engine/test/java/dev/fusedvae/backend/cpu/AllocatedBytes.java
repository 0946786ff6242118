package dev.fusedvae.backend.cpu;

import java.lang.reflect.Method;

/// Bytes that another thread has allocated so far.
///
/// By reflection, because tests are compiled into a module that does not read `jdk.management`.
final class AllocatedBytes {
    private final Object bean;
    private final Method count;
    private final long thread;
    private long before;

    AllocatedBytes(Thread thread) throws ReflectiveOperationException {
        if (thread == Thread.currentThread()) {
            throw new IllegalArgumentException("reading allocates, so a thread cannot measure itself");
        }
        bean = Class.forName("java.lang.management.ManagementFactory").getMethod("getThreadMXBean").invoke(null);
        count = Class.forName("com.sun.management.ThreadMXBean").getMethod("getThreadAllocatedBytes", long.class);
        this.thread = thread.threadId();
    }

    void start() throws ReflectiveOperationException {
        before = soFar();
    }

    /// Bytes since [#start()].
    long sinceStart() throws ReflectiveOperationException {
        return soFar() - before;
    }

    private long soFar() throws ReflectiveOperationException {
        return (long) count.invoke(bean, thread);
    }
}
