package dev.fusedvae.spec;

/// A specification that cannot be built; the message is one sentence that says what was given, what is allowed and the fix.
public final class SpecException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public SpecException(String message) {
        super(message);
    }

    /// Throws with `message` unless `valid`.
    static void require(boolean valid, String message, Object... args) {
        if (!valid) {
            throw new SpecException(message.formatted(args));
        }
    }
}
