package dev.fusedvae.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes arrays where NumPy's `load` finds them by name: a zip of NPY files, format 1.0.
final class Npz implements AutoCloseable {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    private static final int ALIGNMENT = 64;

    private final ZipOutputStream zip;

    Npz(Path file) throws IOException {
        zip = new ZipOutputStream(Files.newOutputStream(file));
    }

    void floats(String name, float[] values, int... shape) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        entry(name, "<f4", bytes, shape);
    }

    void ints(String name, int[] values, int... shape) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        entry(name, "<i4", bytes, shape);
    }

    private void entry(String name, String type, ByteBuffer values, int[] shape) throws IOException {
        if (4L * Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact) != values.capacity()) {
            throw new IllegalArgumentException(name + " has " + values.capacity() / 4 + " values, its shape is " + Arrays.toString(shape));
        }
        String sizes = Arrays.stream(shape).mapToObj(Integer::toString).collect(Collectors.joining(", ", "(", shape.length == 1 ? ",)" : ")"));
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + sizes + ", }";
        int length = (MAGIC.length + 2 + header.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - MAGIC.length - 2;
        zip.putNextEntry(new ZipEntry(name + ".npy"));
        OutputStream out = zip;
        out.write(MAGIC);
        out.write(new byte[] {(byte) length, (byte) (length >> 8)});
        out.write((header + " ".repeat(length - header.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII));
        out.write(values.array());
        zip.closeEntry();
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
