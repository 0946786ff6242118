package dev.fusedvae.run;

/// Training met a NaN or an infinity; the message says where, and what to try.
public final class TrainingDiverged extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final long step;
    private final int epoch;
    private final String where;

    /// @param where the first op and slot that were not finite, or empty
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

    /// The first op and slot that were not finite when the steps were repeated unfused; empty if that run stayed finite.
    public String where() {
        return where;
    }
}
