package dev.fusedvae.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;

/// A file could not be read or written. The message is one sentence: the file, what failed, and what to do.
public sealed class IoFailure extends RuntimeException permits OccupiedFolder {

    private static final long serialVersionUID = 1L;

    /// @param sentence the whole message
    public IoFailure(String sentence) {
        super(sentence);
    }

    /// @param sentence the whole message
    /// @param cause    what failed underneath
    public IoFailure(String sentence, Exception cause) {
        super(sentence, cause);
    }

    /// The failure to read `file`.
    public static IoFailure reading(Path file, IOException cause) {
        return new IoFailure("cannot read " + file + ": " + reason(file, cause, false), cause);
    }

    /// The failure to write `file`, which may be a folder.
    public static IoFailure writing(Path file, IOException cause) {
        return new IoFailure("cannot write " + file + ": " + reason(file, cause, true), cause);
    }

    private static String reason(Path file, IOException cause, boolean writing) {
        String detail = detail(cause);
        String lower = detail.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left") || lower.contains("quota exceeded") || lower.contains("not enough space")) {
            return "the disk is full; free some space or choose a folder on another disk";
        }
        if (lower.contains("read-only file system")) {
            return "the file system is read-only; choose a folder on another disk";
        }
        return switch (cause) {
            case AccessDeniedException e when writing -> "no permission to write in " + folder(file)
                    + "; choose another folder or change its permissions";
            case AccessDeniedException e -> "no permission to read it; change its permissions";
            case NoSuchFileException e when writing -> "its folder was removed during writing; create " + folder(file) + " again";
            case NoSuchFileException e -> "there is no such file; check the path";
            case FileNotFoundException e -> "there is no such file; check the path";
            case FileAlreadyExistsException e -> e.getFile() + " is a file, not a folder; choose another folder or move it away";
            case NotDirectoryException e -> e.getFile() + " is not a folder; choose another path";
            case ClosedByInterruptException e -> "the thread was interrupted; run it again";
            case CharacterCodingException e -> "it is not UTF-8 text; save it as UTF-8";
            default -> detail + "; check the path, its permissions and the disk";
        };
    }

    private static String detail(IOException cause) {
        String reason = cause instanceof FileSystemException e ? e.getReason() : cause.getMessage();
        return reason == null || reason.isBlank() ? cause.getClass().getSimpleName() : reason.strip();
    }

    private static Path folder(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file : parent;
    }
}
