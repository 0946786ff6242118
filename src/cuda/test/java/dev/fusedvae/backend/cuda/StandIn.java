package dev.fusedvae.backend.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.stream.Stream;

/// Calls of the stand-in driver beyond the driver API: see kernels/simt/control.cpp.
final class StandIn {
    private StandIn() {}

    /// A counter of the stand-in: `bytes`, `allocations`, `pinned`, `modules`, `streams`, `graphs`, `contexts`, `calls`, `leaked`.
    static long count(String what) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) function("fvae_simt_count", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS))
                    .invokeWithArguments(arena.allocateFrom(what));
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /// How many things of each kind were allocated from the driver and not released, including those of other test classes.
    static List<Long> held() {
        return Stream.of("bytes", "allocations", "pinned", "modules", "streams", "graphs", "contexts").map(StandIn::count).toList();
    }

    /// Makes the `n`-th call from now on return `code`; with 0 no call fails.
    static void failAt(long n, int code) {
        try {
            function("fvae_simt_fail_at", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT)).invokeWithArguments(n, code);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /// Makes kernels and streams run in `order`: `forward`, `reverse`, or `random` with `seed`.
    static void schedule(String order, long seed) {
        try (Arena arena = Arena.ofConfined()) {
            boolean known = (boolean) function("fvae_simt_schedule",
                    FunctionDescriptor.of(ValueLayout.JAVA_BOOLEAN, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG))
                    .invokeWithArguments(arena.allocateFrom(order), seed);
            if (!known) {
                throw new IllegalArgumentException("no such order: " + order);
            }
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor signature) {
        SymbolLookup driver = SymbolLookup.libraryLookup("libcuda.so.1", Arena.global());
        return Linker.nativeLinker().downcallHandle(driver.find(name).orElseThrow(), signature);
    }
}
