package dev.fusedvae.run;

/// A backend that was asked for by name and cannot run; the message says why and what would help.
public final class BackendUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    public BackendUnavailableException(String message) {
        super(message);
        reason = message;
    }

    /// @param reason  why it cannot run, and what would let it run, if anything
    /// @param instead what to do without it
    public BackendUnavailableException(String reason, String instead) {
        super(reason + "; " + instead);
        this.reason = reason;
    }

    /// The message for those who did not ask for the backend and get another: without advice to take another.
    public String reason() {
        return reason;
    }
}
