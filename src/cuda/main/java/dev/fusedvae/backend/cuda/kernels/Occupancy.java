package dev.fusedvae.backend.cuda.kernels;

import java.util.List;

/// The number of blocks of a kernel that fit on a multiprocessor at a time, computed from its limits; the number that really run may be
/// lower.
///
/// Source of the limits: CUDA C++ Programming Guide 13.0, "Compute Capabilities", table "Technical Specifications per
/// Compute Capability"; registers are allocated per warp, in units of 256, and the system reserves 1 KiB of shared memory in every
/// block (same place, and CUDA Occupancy Calculator).
///
/// @param blocks number of blocks that run on a multiprocessor at a time
/// @param share  the warps of these blocks as a share of the warps that a multiprocessor can run, in 0..1
public record Occupancy(int blocks, double share) {
    /// Threads per block, the same for all kernels.
    static final int BLOCK = 256;
    private static final int WARP = 32;
    private static final int REGISTERS = 65_536;
    private static final int REGISTER_UNIT = 256;
    private static final int WARP_UNIT = 4;
    private static final int SHARED_UNIT = 128;
    private static final int SYSTEM_SHARED = 1024;

    /// @param number ten times the compute capability
    private record Limits(int number, int warps, int blocks, int sharedBytes) {}

    private static final List<Limits> TABLE = List.of(new Limits(80, 64, 32, 164 << 10), new Limits(86, 48, 16, 100 << 10),
            new Limits(89, 48, 24, 100 << 10), new Limits(90, 64, 32, 228 << 10), new Limits(100, 64, 32, 228 << 10),
            new Limits(103, 64, 32, 228 << 10), new Limits(120, 48, 24, 100 << 10));

    /// The occupancy of a kernel with `registers` per thread and `sharedBytes` per block, on `architecture`.
    ///
    /// @throws IllegalArgumentException if the limits of that architecture are not in the table
    public static Occupancy of(Architecture architecture, int registers, int sharedBytes) {
        Limits limits = TABLE.stream().filter(l -> l.number() == architecture.number()).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the limits of " + architecture.name() + " are not known here"));
        int warpsOfBlock = BLOCK / WARP;
        int registersOfWarp = Math.ceilDiv(Math.max(1, registers) * WARP, REGISTER_UNIT) * REGISTER_UNIT;
        int byRegisters = REGISTERS / registersOfWarp / WARP_UNIT * WARP_UNIT / warpsOfBlock;
        int byShared = limits.sharedBytes() / (Math.ceilDiv(sharedBytes + SYSTEM_SHARED, SHARED_UNIT) * SHARED_UNIT);
        int blocks = Math.min(Math.min(limits.warps() / warpsOfBlock, limits.blocks()), Math.min(byRegisters, byShared));
        return new Occupancy(blocks, (double) blocks * warpsOfBlock / limits.warps());
    }
}
