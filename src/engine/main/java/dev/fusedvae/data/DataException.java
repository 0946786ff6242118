package dev.fusedvae.data;

/// Data that cannot be used; the message is one sentence that names the file or set, what was wrong and the fix.
public sealed class DataException extends RuntimeException permits CatalogueException {
    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
