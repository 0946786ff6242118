package dev.fusedvae.tensors;

import dev.fusedvae.io.AtomicFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Writes NumPy's array file, version 1.0, little-endian float32 in C order.
///
/// Source: NEP 1 and `numpy.lib.format`; the header is padded so that the values start at a multiple of 64.
public final class NpyWriter {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    private static final int ALIGNMENT = 64;

    private NpyWriter() {}

    /// Writes rows of equal length as an array `[rows, columns]`; the file appears complete or not at all.
    public static void write(Path file, float[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        for (float[] row : rows) {
            if (row.length != columns) {
                throw new IllegalArgumentException("all rows of an array must have the same length, got " + columns + " and " + row.length);
            }
        }
        byte[] header = header(rows.length, columns);
        AtomicFile.write(file, out -> {
            out.write(header);
            ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * columns).order(ByteOrder.LITTLE_ENDIAN);
            for (float[] row : rows) {
                bytes.asFloatBuffer().put(row);
                out.write(bytes.array());
            }
        });
    }

    private static byte[] header(int rows, int columns) {
        String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + columns + "), }";
        int fixed = MAGIC.length + Short.BYTES;
        int length = Math.ceilDiv(fixed + dictionary.length() + 1, ALIGNMENT) * ALIGNMENT;
        String padded = dictionary + " ".repeat(length - fixed - dictionary.length() - 1) + "\n";
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC)
                .putShort((short) padded.length()).put(padded.getBytes(StandardCharsets.US_ASCII)).array();
    }
}
