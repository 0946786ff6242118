package dev.fusedvae.backend;

/// Training met a NaN or an infinity.
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
