package dev.fusedvae.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes the formats that the readers read, from their specifications.
final class TestFiles {

    private TestFiles() {}

    static byte[] gzip(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] idx(int type, int[] shape, byte[] values) {
        ByteBuffer out = ByteBuffer.allocate(4 + 4 * shape.length + values.length);
        out.put((byte) 0).put((byte) 0).put((byte) type).put((byte) shape.length);
        Arrays.stream(shape).forEach(out::putInt);
        return out.put(values).array();
    }

    static byte[] npy(int version, String descr, String shape, byte[] values) {
        return npyHeader(version, "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }", values);
    }

    static byte[] npyHeader(int version, String dictionary, byte[] values) {
        int fixed = version == 1 ? 10 : 12;
        String padded = dictionary + " ".repeat(63 - (fixed + dictionary.length()) % 64) + "\n";
        ByteBuffer out = ByteBuffer.allocate(fixed + padded.length() + values.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) version).put((byte) 0);
        if (version == 1) {
            out.putShort((short) padded.length());
        } else {
            out.putInt(padded.length());
        }
        return out.put(padded.getBytes(StandardCharsets.US_ASCII)).put(values).array();
    }

    static byte[] npz(Map<String, byte[]> arrays) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
                zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
                zip.write(array.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] floats(ByteOrder order, float... values) {
        ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(order);
        for (float value : values) {
            out.putFloat(value);
        }
        return out.array();
    }

    static byte[] doubles(double... values) {
        ByteBuffer out = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(out::putDouble);
        return out.array();
    }

    static byte[] longs(long... values) {
        ByteBuffer out = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(out::putLong);
        return out.array();
    }

    static byte[] text(String... lines) {
        return (Arrays.stream(lines).collect(Collectors.joining("\n")) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static Path write(Path path, byte[] content) {
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            return Files.write(path, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Bytes 0, 1, 2, ...
    static byte[] ramp(int n) {
        byte[] values = new byte[n];
        for (int k = 0; k < n; k++) {
            values[k] = (byte) k;
        }
        return values;
    }
}
