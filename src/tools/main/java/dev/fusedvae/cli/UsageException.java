package dev.fusedvae.cli;

import dev.fusedvae.data.DataException;
import java.util.function.Supplier;

/// A command line that asks for something impossible; the message is one sentence with the remedy.
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }

    private UsageException(String message, RuntimeException cause) {
        super(message, cause);
    }

    /// The value of `parse`; what it refuses about a flag's value is a usage error, with its sentence.
    static <T> T value(Supplier<T> parse) {
        try {
            return parse.get();
        } catch (IllegalArgumentException | DataException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /// Throws with `message` unless `valid`.
    static void require(boolean valid, String message, Object... args) {
        if (!valid) {
            throw new UsageException(message.formatted(args));
        }
    }
}
