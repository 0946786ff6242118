package dev.fusedvae.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// NumPy's array file, versions 1 to 3: magic, version, header length, a Python dictionary literal, values.
///
/// Source: NEP 1 and `numpy.lib.format`.
final class NpyReader {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_HEADER = 1 << 16;
    private static final Pattern DESCR = Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([<>|=]?)([a-zA-Z?])(\\d*)['\"]");
    private static final Pattern FORTRAN = Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([0-9,\\sL]*)\\)");

    private NpyReader() {}

    /// Whether a file that begins with these bytes is NPY.
    static boolean matches(byte[] head) {
        return head.length >= MAGIC.length && Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /// Reads the header; the values follow in the stream.
    static Layout header(String name, InputStream in) throws IOException {
        byte[] start = in.readNBytes(8);
        if (start.length < 8 || !matches(start)) {
            throw new DataException(name + " is not an NPY file: it must begin with \\x93NUMPY and a version");
        }
        int version = start[6];
        if (version < 1 || version > 3) {
            throw new DataException(name + " has NPY version " + version + "; known are 1, 2 and 3");
        }
        int lengthBytes = version == 1 ? 2 : 4;
        byte[] length = Arrays.copyOf(in.readNBytes(lengthBytes), 4);
        int headerLength = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (headerLength < 0 || headerLength > MAX_HEADER) {
            throw new DataException(name + " has a damaged NPY header: a length of " + Integer.toUnsignedString(headerLength) + " bytes");
        }
        byte[] text = in.readNBytes(headerLength);
        if (text.length < headerLength || headerLength == 0) {
            throw new DataException(name + " is truncated within its NPY header; write or copy it again");
        }
        return parse(name, new String(text, StandardCharsets.UTF_8));
    }

    private static Layout parse(String name, String header) {
        Matcher fortran = find(name, header, FORTRAN, "fortran_order");
        Matcher extents = find(name, header, SHAPE, "shape");
        Matcher descr = DESCR.matcher(header);
        if (!descr.find()) {
            throw new DataException(name + " holds records or objects, not plain numbers: store a plain array of u1, i4, f4 or the like");
        }
        List<Long> shape = new ArrayList<>();
        for (String extent : extents.group(1).replace("L", "").split(",")) {
            if (!extent.isBlank()) {
                shape.add(extent(name, extent.strip()));
            }
        }
        if (fortran.group(1).equals("True") && shape.size() > 1) {
            throw new DataException(name + " is in Fortran (column-major) order: save it with numpy.ascontiguousarray(x)");
        }
        ByteOrder order = descr.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        return new Layout(name, type(name, descr.group(2) + descr.group(3)), order, shape);
    }

    private static long extent(String name, String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new DataException(name + " has a damaged NPY header: the extent '" + digits + "' is not a number", e);
        }
    }

    private static Matcher find(String name, String header, Pattern pattern, String key) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw new DataException(name + " has a damaged NPY header: no valid '" + key + "' in it");
        }
        return matcher;
    }

    private static ElementType type(String name, String code) {
        return switch (code) {
            case "b1", "?" -> ElementType.B1;
            case "u1" -> ElementType.U1;
            case "i1" -> ElementType.I1;
            case "u2" -> ElementType.U2;
            case "i2" -> ElementType.I2;
            case "u4" -> ElementType.U4;
            case "i4" -> ElementType.I4;
            case "i8" -> ElementType.I8;
            case "f2" -> ElementType.F2;
            case "f4" -> ElementType.F4;
            case "f8" -> ElementType.F8;
            default -> throw new DataException(name + " has the element type '" + code
                    + "'; known are b1, u1, i1, u2, i2, u4, i4, i8, f2, f4 and f8, so convert it with x.astype('f4')");
        };
    }
}
