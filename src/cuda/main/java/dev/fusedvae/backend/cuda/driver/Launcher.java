package dev.fusedvae.backend.cuda.driver;

import dev.fusedvae.backend.cuda.kernels.Grid;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A way to launch kernels: by JCuda, or by Java's foreign function interface.
public interface Launcher {

    /// A kernel with its grid and its argument struct; every launch reads the struct again.
    interface Launch {
        /// Enqueues it; returns before it has run.
        void enqueue();
    }

    /// Makes a launch of `kernel`; `args` and `arena` must stay valid as long as it is used.
    Launch prepare(KernelLibrary.Kernel kernel, Grid grid, MemorySegment args, Arena arena);
}
