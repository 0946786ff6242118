package dev.fusedvae.data;

import java.nio.ByteBuffer;

/// The number types that IDX and NPY files store.
enum ElementType {
    B1(1), U1(1), I1(1), U2(2), I2(2), U4(4), I4(4), I8(8), F2(2), F4(4), F8(8);

    final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /// Reads the next value of a buffer, in the buffer's byte order.
    double next(ByteBuffer in) {
        return switch (this) {
            case B1 -> in.get() == 0 ? 0 : 1;
            case U1 -> in.get() & 0xff;
            case I1 -> in.get();
            case U2 -> in.getShort() & 0xffff;
            case I2 -> in.getShort();
            case U4 -> in.getInt() & 0xffff_ffffL;
            case I4 -> in.getInt();
            case I8 -> in.getLong();
            case F2 -> Float.float16ToFloat(in.getShort());
            case F4 -> in.getFloat();
            case F8 -> in.getDouble();
        };
    }
}
