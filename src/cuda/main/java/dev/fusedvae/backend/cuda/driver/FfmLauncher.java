package dev.fusedvae.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.fusedvae.backend.cuda.kernels.Grid;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Launches by Java's foreign function interface: calls `cuLaunchKernel` of the same driver that JCuda uses.
///
/// Handles and pointers are passed as numbers, so a launch allocates no object.
public final class FfmLauncher implements Launcher {
    private static final String LIBRARY = "libcuda.so.1";
    /// The function is an argument of this constant handle: the JIT compiler can inline a constant handle, but not one in a field.
    private static final MethodHandle LAUNCH = launch();

    private final Driver driver;
    private final MemorySegment function;

    /// @param arena keeps the library loaded; launches must not be used after it is closed
    @SuppressWarnings("restricted") // a driver is native code
    public FfmLauncher(Driver driver, Arena arena) {
        this.driver = driver;
        function = SymbolLookup.libraryLookup(LIBRARY, arena).find("cuLaunchKernel")
                .orElseThrow(() -> new IllegalStateException(LIBRARY + " has no cuLaunchKernel; use the launcher jcuda"));
    }

    /// Function, grid x, y, z, block x, y, z, shared bytes, stream, parameters, extra.
    @SuppressWarnings("restricted")
    private static MethodHandle launch() {
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    }

    @Override
    public Launch prepare(KernelLibrary.Kernel kernel, Grid grid, MemorySegment args, Arena arena) {
        MemorySegment parameters = arena.allocate(ValueLayout.ADDRESS);
        parameters.set(ValueLayout.ADDRESS, 0, args);
        return new Prepared(function, kernel.name(), grid, Driver.handle(kernel.function()), Driver.handle(driver.stream()), parameters.address());
    }

    private record Prepared(MemorySegment launch, String name, Grid grid, long kernel, long stream, long parameters) implements Launch {
        @Override
        public void enqueue() {
            int status = call();
            if (status != 0) {
                Driver.check(status, "the launch of " + name + " as " + grid);
            }
        }

        private int call() {
            try {
                return (int) LAUNCH.invokeExact(launch, kernel, grid.x(), grid.y(), 1, grid.block(), 1, 1, grid.shared(), stream, parameters, 0L);
            } catch (Error | RuntimeException e) {
                throw e;
            } catch (Throwable e) { // declared by method handles; a C function throws nothing
                throw new IllegalStateException(e);
            }
        }
    }
}
