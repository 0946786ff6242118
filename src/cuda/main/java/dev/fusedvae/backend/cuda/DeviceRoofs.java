package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.cuda.driver.DeviceBlock;
import dev.fusedvae.backend.cuda.driver.KernelLibrary;
import dev.fusedvae.backend.cuda.driver.Launcher;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.backend.cuda.kernels.Grid;
import dev.fusedvae.backend.cuda.kernels.KernelSource;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;

/// The highest rates of a device (roofs), measured by `kernels/common/roofs.cuh` and device events. Unverified on hardware.
///
/// @param flopsPerSecond fp32 multiply-adds in registers, each two flops; tensor cores are another roof
/// @param bytesPerSecond bytes read and written by a triad
/// @param triadBytes     memory that the triad used; if it fits into the L2 cache, the rate is that of the cache
public record DeviceRoofs(double flopsPerSecond, double bytesPerSecond, long triadBytes) {
    private static final String HEADER = "common/roofs.cuh";
    private static final int BLOCK = 256;
    private static final int CHAINS = 8;
    /// Many times the number of blocks that a device runs at a time, so that the last, partial wave hardly matters.
    private static final int FMA_BLOCKS = 32_768;
    private static final int FMA_STEPS = 512;
    /// Bytes that all passes of one launch of the triad move together: so many that the cost of the launch hardly matters.
    private static final long TRIAD_BYTES = 1L << 30;
    private static final int REPEATS = 5;

    /// The amount of work of one run: milliseconds on a GPU; the SIMT device gets less.
    private record Effort(int blocks, int steps, long bytes) {
        static Effort of(boolean timed) {
            return timed ? new Effort(FMA_BLOCKS, FMA_STEPS, TRIAD_BYTES) : new Effort(4, 8, 1 << 14);
        }
    }

    static DeviceRoofs measure(Engine engine, long bytes) {
        Effort effort = Effort.of(engine.timed());
        long most = effort.bytes() / (12 * BLOCK);
        int count = Math.toIntExact(BLOCK * Math.clamp(bytes / (12 * BLOCK), 4, most));
        int passes = Math.clamp(effort.bytes() / (12L * count), 1, 1000);
        Map<String, KernelLibrary.Kernel> kernels = engine.library().load(List.of(source("roof_fma"), source("roof_triad")));
        try (Arena arena = Arena.ofConfined(); DeviceBlock memory = new DeviceBlock(engine.driver(), 12L * count);
                LaunchTimer timer = new LaunchTimer(engine.driver(), REPEATS)) {
            engine.driver().clear(memory.address(), memory.bytes());
            Launcher.Launch fma = launch(engine, kernels.get("roof_fma"), memory, count, effort.steps(), effort.blocks(), arena);
            Launcher.Launch triad = launch(engine, kernels.get("roof_triad"), memory, count, passes, count / BLOCK, arena);
            double flops = 2.0 * CHAINS * effort.steps() * BLOCK * effort.blocks();
            return new DeviceRoofs(1e6 * flops / timer.warm(fma::enqueue).minMicros(),
                    1e6 * 12.0 * count * passes / timer.warm(triad::enqueue).minMicros(), 12L * count);
        }
    }

    private static KernelSource source(String entry) {
        return new KernelSource.Written(entry, entry + "_kernel", "// " + entry + "\n#include \"" + HEADER + "\"\n\nENTRY(" + entry + "_kernel, RoofArgs, 0) {\n    " + entry + "(args, block);\n}\n");
    }

    private static Launcher.Launch launch(Engine engine, KernelLibrary.Kernel kernel, DeviceBlock memory, int count, int steps, int blocks, Arena arena) {
        Args args = new Args(engine.library().variants().structs(HEADER).named("RoofArgs"), arena);
        long each = 4L * count;
        args.pointer("a", memory.address()).pointer("b", memory.address() + each).pointer("c", memory.address() + 2 * each)
                .word("count", count).word("steps", steps);
        args.requireComplete();
        return engine.launcher(arena).prepare(kernel, new Grid(blocks, 1, BLOCK, 0), args.memory(), arena);
    }
}
