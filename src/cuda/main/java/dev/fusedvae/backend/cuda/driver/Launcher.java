package dev.fusedvae.backend.cuda.driver;

import dev.fusedvae.backend.cuda.kernels.Grid;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A way to launch kernels: JCuda's, or one through the foreign function interface.
public interface Launcher {

    /// A kernel with its grid and its argument struct; the struct is read anew by every launch.
    interface Launch {
        /// Enqueues it; returns before it has run.
        void enqueue();
    }

    /// Makes a launch of `kernel`; `args` and what `arena` gives must live as long as it is used.
    Launch prepare(KernelLibrary.Kernel kernel, Grid grid, MemorySegment args, Arena arena);
}
