package dev.fusedvae.backend;

/// A backend that was asked for by name and cannot run; the message says why and what would help.
public final class BackendUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BackendUnavailableException(String message) {
        super(message);
    }
}
