package dev.fusedvae.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Collectors;

/// The header of an array in a file (element type, byte order and row-major shape), and the methods that read the values behind it.
record Layout(String name, ElementType type, ByteOrder order, List<Long> shape) {

    private static final int CHUNK = 1 << 16;

    Layout {
        shape = List.copyOf(shape);
        long elements = 1;
        for (long n : shape) {
            if (n < 1) {
                throw new DataException(name + " is empty: its shape is " + text(shape) + ", and every extent must be at least 1");
            }
            if (elements > Integer.MAX_VALUE / n) {
                throw new DataException(name + " has shape " + text(shape)
                        + ", but a data set in memory must have fewer than 2^31 values, so take a part of it");
            }
            elements *= n;
        }
    }

    /// Reads examples: the first extent counts them; [N,H,W] and [N,H,W,1 or 3] are pictures.
    DataSet readExamples(InputStream in) throws IOException {
        if (shape.size() < 2 || shape.size() > 4) {
            throw new DataException(name + " has shape " + text(shape)
                    + "; examples need [size, features], [size, height, width] or [size, height, width, channels]"
                    + (shape.size() == 1 ? ", and one extent means labels" : ""));
        }
        boolean picture = shape.size() > 2;
        if (shape.size() == 4 && extent(3) != 1 && extent(3) != 3) {
            throw new DataException(name + " has shape " + text(shape)
                    + "; pictures need their 1 or 3 channels last, so store it as [size, height, width, channels]");
        }
        int features = elements() / extent(0);
        DataSet data = type == ElementType.U1
                ? DataSet.ofBytes(name, extent(0), features, readBytes(in))
                : readValues(in).toDataSet(name, features);
        return picture ? data.withImage(new ImageShape(extent(1), extent(2), shape.size() == 4 ? extent(3) : 1)) : data;
    }

    /// Reads one whole number per example.
    int[] readLabels(InputStream in) throws IOException {
        boolean column = shape.size() == 2 && extent(1) == 1;
        if (shape.size() != 1 && !column) {
            throw new DataException(name + " has shape " + text(shape) + ", but labels need one extent, [size]");
        }
        int[] labels = new int[elements()];
        forEach(in, (k, value) -> {
            if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
                throw new DataException(name + ": label " + k + " is " + value + ", but labels must be whole numbers");
            }
            labels[k] = (int) value;
        });
        return labels;
    }

    private ValueBuffer readValues(InputStream in) throws IOException {
        int features = elements() / extent(0);
        ValueBuffer values = new ValueBuffer();
        forEach(in, (k, value) -> {
            float rounded = (float) value;
            if (!Float.isFinite(rounded)) {
                throw new DataException(name + ": example " + k / features + ", feature " + k % features + " is " + value
                        + "; every value must be a finite float, so clean or fill it in first");
            }
            values.add(rounded);
        });
        return values;
    }

    private byte[] readBytes(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(elements());
        checkEnd(in, bytes.length);
        return bytes;
    }

    private interface Sink {
        void accept(int index, double value);
    }

    private void forEach(InputStream in, Sink sink) throws IOException {
        byte[] chunk = new byte[CHUNK];
        ByteBuffer buffer = ByteBuffer.wrap(chunk).order(order);
        int index = 0;
        while (index < elements()) {
            int wanted = Math.min(CHUNK / type.bytes, elements() - index);
            int got = in.readNBytes(chunk, 0, wanted * type.bytes);
            if (got < wanted * type.bytes) {
                checkEnd(in, (long) index * type.bytes + got);
            }
            buffer.clear();
            for (int k = 0; k < wanted; k++) {
                sink.accept(index++, type.next(buffer));
            }
        }
        checkEnd(in, (long) elements() * type.bytes);
    }

    /// Refuses content that is shorter or longer than the header says.
    private void checkEnd(InputStream in, long read) throws IOException {
        long wanted = (long) elements() * type.bytes;
        if (read < wanted) {
            throw new DataException(name + " is truncated: its header says " + text(shape) + ", which is " + wanted
                    + " bytes, but only " + read + " follow; fetch or copy it again");
        }
        if (in.read() >= 0) {
            throw new DataException(name + " is longer than its header says: " + text(shape) + " is " + wanted
                    + " bytes, but more follow; the header or the file is damaged");
        }
    }

    private int extent(int axis) {
        return Math.toIntExact(shape.get(axis));
    }

    private int elements() {
        return (int) shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    }

    private static String text(List<Long> shape) {
        return shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }
}
