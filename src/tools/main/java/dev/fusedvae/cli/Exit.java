package dev.fusedvae.cli;

import dev.fusedvae.backend.DivergedException;
import dev.fusedvae.data.DataException;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.TrainingDiverged;
import dev.fusedvae.spec.SpecException;
import java.io.UncheckedIOException;

/// The exit codes of the process.
enum Exit {
    OK(0),
    /// A flag or a specification that is not allowed.
    USAGE(2),
    /// A file that is missing, malformed, does not fit the model, or cannot be written.
    DATA(3),
    /// A backend that was asked for and cannot run.
    BACKEND(4),
    /// Training met a NaN or an infinity.
    DIVERGED(5),
    /// A kernel does not compute what its definition says.
    WRONG(6),
    /// A figure that lies outside its band.
    MISSED(7),
    /// A fault of the program itself.
    INTERNAL(70),
    /// Ctrl-C; what a shell expects of a process ended by SIGINT.
    INTERRUPTED(130);

    private final int code;

    Exit(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /// The exit code of a failure.
    static Exit of(Exception failure) {
        return switch (failure) {
            case UsageException e -> USAGE;
            case SpecException e -> USAGE;
            case DataException e -> DATA;
            case IoFailure e -> DATA;
            case UncheckedIOException e -> DATA;
            case BackendUnavailableException e -> BACKEND;
            case DivergedException e -> DIVERGED;
            case TrainingDiverged e -> DIVERGED;
            default -> INTERNAL;
        };
    }
}
