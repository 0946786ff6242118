package dev.fusedvae.run;

/// Thrown when a backend cannot run; the message says why, and what would help.
public final class BackendUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    public BackendUnavailableException(String message) {
        super(message);
        reason = message;
    }

    /// @param reason  why it cannot run, and what would make it run, if anything can
    /// @param instead what to do without this backend
    public BackendUnavailableException(String reason, String instead) {
        super(reason + "; " + instead);
        this.reason = reason;
    }

    /// The message without the advice what to do instead: for a user whose `auto` got another backend already.
    public String reason() {
        return reason;
    }
}
