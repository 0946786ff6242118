package dev.fusedvae.backend.cuda.driver;

import dev.fusedvae.backend.cuda.kernels.Grid;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/// Launches through JCuda's `cuLaunchKernel`.
public final class JCudaLauncher implements Launcher {
    private final Driver driver;

    public JCudaLauncher(Driver driver) {
        this.driver = driver;
    }

    @Override
    public Launch prepare(KernelLibrary.Kernel kernel, Grid grid, MemorySegment args, Arena arena) {
        MemorySegment parameters = arena.allocate(ValueLayout.ADDRESS);
        parameters.set(ValueLayout.ADDRESS, 0, args);
        Pointer list = Pointer.to(parameters.asByteBuffer());
        CUfunction function = kernel.function();
        CUstream stream = driver.stream();
        String name = kernel.name();
        return () -> {
            int status = JCudaDriver.cuLaunchKernel(function, grid.x(), grid.y(), 1, grid.block(), 1, 1, grid.shared(), stream, list, null);
            if (status != 0) {
                Driver.check(status, "the launch of " + name + " as " + grid);
            }
        };
    }
}
