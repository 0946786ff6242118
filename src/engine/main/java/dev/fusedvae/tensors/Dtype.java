package dev.fusedvae.tensors;

import dev.fusedvae.io.IoFailure;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The element types of the safetensors format that can be read; all are converted to floats.
///
/// F16 and BF16 are converted exactly, F64 is rounded to nearest. An integer that no float equals, and a finite F64 beyond the
/// range of float, is an error.
enum Dtype {
    F64(8), F32(4), F16(2), BF16(2), I64(8), I32(4), U8(1);

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int bytes;

    Dtype(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    static Dtype of(String name, String tensor) {
        for (Dtype dtype : values()) {
            if (dtype.name().equals(name)) {
                return dtype;
            }
        }
        throw new IoFailure(tensor + " has type " + name + ", which is not read; convert it to one of " + Arrays.toString(values()));
    }

    /// All elements of `source`, little-endian, as floats; `tensor` names it in an error.
    float[] toFloats(MemorySegment source, String tensor) {
        float[] target = new float[Math.toIntExact(source.byteSize() / bytes)];
        switch (this) {
            case F32 -> MemorySegment.copy(source, FLOAT, 0, target, 0, target.length);
            case F64 -> {
                for (int i = 0; i < target.length; i++) {
                    target[i] = narrow(source.getAtIndex(DOUBLE, i), tensor, i);
                }
            }
            case F16 -> {
                for (int i = 0; i < target.length; i++) {
                    target[i] = Float.float16ToFloat(source.getAtIndex(SHORT, i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < target.length; i++) {
                    target[i] = Float.intBitsToFloat(source.getAtIndex(SHORT, i) << 16);
                }
            }
            case I64 -> {
                for (int i = 0; i < target.length; i++) {
                    target[i] = exact(source.getAtIndex(LONG, i), tensor, i);
                }
            }
            case I32 -> {
                for (int i = 0; i < target.length; i++) {
                    target[i] = exact(source.getAtIndex(INT, i), tensor, i);
                }
            }
            case U8 -> {
                for (int i = 0; i < target.length; i++) {
                    target[i] = source.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
                }
            }
        }
        return target;
    }

    private static float narrow(double value, String tensor, int index) {
        float rounded = (float) value;
        if (Float.isInfinite(rounded) && !Double.isInfinite(value)) {
            throw new IoFailure(tensor + " holds " + value + " at element " + index
                    + ", beyond the range of float; rescale it before saving");
        }
        return rounded;
    }

    private static float exact(long value, String tensor, int index) {
        float rounded = value;
        if ((long) rounded != value || value == Long.MAX_VALUE) {
            throw new IoFailure(tensor + " holds " + value + " at element " + index
                    + ", which no float equals; save such counters as metadata");
        }
        return rounded;
    }
}
