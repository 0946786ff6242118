package dev.fusedvae.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// The IDX format of MNIST: two zero bytes, a type byte, the number of extents, the extents, then values, all big-endian.
///
/// Source: the format's description on the MNIST page of Y. LeCun.
final class IdxReader {

    private IdxReader() {}

    /// Whether a file that begins with these bytes is IDX.
    static boolean matches(byte[] head) {
        return head.length >= 4 && head[0] == 0 && head[1] == 0 && head[2] >= 0x08 && head[2] <= 0x0e && head[3] >= 1 && head[3] <= 8;
    }

    /// Reads the header; the values follow in the stream.
    static Layout header(String name, InputStream in) throws IOException {
        byte[] magic = in.readNBytes(4);
        if (!matches(magic)) {
            throw new DataException(name + " is not an IDX file: it must begin with 00 00, a type byte and the number of extents");
        }
        ElementType type = switch (magic[2]) {
            case 0x08 -> ElementType.U1;
            case 0x09 -> ElementType.I1;
            case 0x0b -> ElementType.I2;
            case 0x0c -> ElementType.I4;
            case 0x0d -> ElementType.F4;
            case 0x0e -> ElementType.F8;
            default -> throw new DataException(name + " has the unknown IDX type 0x0a; known are 08 (u8), 09 (i8), 0b (i16), 0c (i32),"
                    + " 0d (f32) and 0e (f64)");
        };
        byte[] extents = in.readNBytes(4 * magic[3]);
        if (extents.length < 4 * magic[3]) {
            throw new DataException(name + " is truncated within its IDX header; fetch or copy it again");
        }
        List<Long> shape = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(extents);
        while (buffer.hasRemaining()) {
            shape.add(buffer.getInt() & 0xffff_ffffL);
        }
        return new Layout(name, type, ByteOrder.BIG_ENDIAN, shape);
    }

    static DataSet readExamples(String name, InputStream in) throws IOException {
        return header(name, in).readExamples(in);
    }

    static int[] readLabels(String name, InputStream in) throws IOException {
        return header(name, in).readLabels(in);
    }
}
