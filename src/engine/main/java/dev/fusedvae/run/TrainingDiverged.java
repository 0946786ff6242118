package dev.fusedvae.run;

/// Thrown when training met a NaN or an infinity; the message says where, and what to try.
public final class TrainingDiverged extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final long step;
    private final int epoch;
    private final String where;

    /// @param where the op that first wrote a value that is not finite, and the slot, or empty if that is not known
    public TrainingDiverged(String message, long step, int epoch, String where, Throwable cause) {
        super(message, cause);
        this.step = step;
        this.epoch = epoch;
        this.where = where;
    }

    /// The step whose figures were not finite, from 0.
    public long step() {
        return step;
    }

    /// Its epoch, from 1.
    public int epoch() {
        return epoch;
    }

    /// The op that first wrote a value that is not finite, and the slot, found by repeating the steps without fusion; empty if all
    /// values stayed finite in that repetition.
    public String where() {
        return where;
    }
}
