package dev.fusedvae.backend;

/// Thrown by [Executable#run] when the loss of a step is NaN or infinite.
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final long step;

    public DivergedException(long step, String message) {
        super(message);
        this.step = step;
    }

    /// The step whose loss was not finite.
    public long step() {
        return step;
    }
}
