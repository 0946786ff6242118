package dev.fusedvae.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/// Reads what [Npz] writes, as a peer does.
final class NpzArrays {
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    /// @param values little-endian, four bytes each
    record Array(List<Integer> shape, ByteBuffer values) {
        double real(int i) {
            return values.getFloat(4 * i);
        }
    }

    private NpzArrays() {}

    static Map<String, Array> read(Path file) throws IOException {
        Map<String, Array> all = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                ByteBuffer bytes = ByteBuffer.wrap(zip.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
                int length = bytes.getShort(8);
                String header = new String(bytes.array(), 10, length, StandardCharsets.US_ASCII);
                List<Integer> shape = new ArrayList<>();
                Matcher numbers = NUMBER.matcher(header.substring(header.indexOf('(')));
                while (numbers.find()) {
                    shape.add(Integer.valueOf(numbers.group()));
                }
                all.put(entry.getName().replace(".npy", ""), new Array(shape, bytes.slice(10 + length, bytes.capacity() - 10 - length).order(ByteOrder.LITTLE_ENDIAN)));
            }
        }
        return all;
    }
}
