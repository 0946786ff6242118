package dev.fusedvae.data;

import java.util.Arrays;

/// Collects values one by one. As long as all are whole numbers in 0..255 they are stored as bytes, which is exact and takes a
/// quarter of the memory; the first other value turns them all into floats.
final class ValueBuffer {

    private byte[] bytes = new byte[1 << 12];
    private float[] floats = {};
    private boolean isBytes = true;
    private int size;
    private int max;

    int size() {
        return size;
    }

    /// Appends a finite value.
    void add(float value) {
        if (isBytes) {
            int whole = (int) value;
            if (whole == value && whole >= 0 && whole <= 255) {
                if (size == bytes.length) {
                    bytes = Arrays.copyOf(bytes, grown());
                }
                bytes[size++] = (byte) whole;
                max = Math.max(max, whole);
                return;
            }
            promote();
        }
        if (size == floats.length) {
            floats = Arrays.copyOf(floats, grown());
        }
        floats[size++] = value;
    }

    /// A data set of these values; bytes take the largest value seen as their full scale.
    DataSet toDataSet(String name, int features) {
        int rows = size / features;
        return isBytes
                ? DataSet.ofBytes(name, rows, features, Arrays.copyOf(bytes, size)).withFullScale(Math.max(1, max))
                : DataSet.ofFloats(name, rows, features, Arrays.copyOf(floats, size));
    }

    private void promote() {
        floats = new float[Math.max(bytes.length, 1 << 12)];
        for (int k = 0; k < size; k++) {
            floats[k] = bytes[k] & 0xff;
        }
        bytes = new byte[0];
        isBytes = false;
    }

    private int grown() {
        return (int) Math.min(Integer.MAX_VALUE - 8L, size + (size >> 1) + 16L);
    }
}
