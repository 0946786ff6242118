package dev.fusedvae.io;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256 as 64 lower-case hexadecimal digits.
public final class Sha256 {
    private Sha256() {}

    /// Of the bytes.
    public static String of(byte[] content) {
        return HexFormat.of().formatHex(digest().digest(content));
    }

    /// Of what `body` writes.
    public static String of(AtomicFile.FileBody body) {
        MessageDigest digest = digest();
        try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            body.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("nothing is written here that could fail", e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// Of a file.
    ///
    /// @throws IoFailure if it cannot be read
    public static String of(Path file) {
        return of(out -> {
            try {
                Files.copy(file, out);
            } catch (IOException e) {
                throw IoFailure.reading(file, e);
            }
        });
    }

    /// A digest to be fed by the caller.
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
