package dev.fusedvae.backend.cuda.kernels;

/// The geometry of a launch.
///
/// @param shared bytes of dynamic shared memory
public record Grid(int x, int y, int block, int shared) {
    public Grid {
        if (x < 1 || y < 1 || y > 65535 || block < 1 || block > 1024 || shared < 0) {
            throw new IllegalArgumentException("no device launches a grid of %d x %d blocks of %d threads with %d bytes of shared memory"
                    .formatted(x, y, block, shared));
        }
    }

    public int blocks() {
        return Math.multiplyExact(x, y);
    }
}
