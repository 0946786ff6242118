package dev.fusedvae.rng;

/// How the rows of a block lie in an array: in strips of 2^`log2Width` columns, each column of a strip behind the one before.
///
/// Cell (r, c) of a block that starts at `at` is `at + (c / width)·stripStride + r·rowStride + c % width`.
///
/// @param columns     columns of a row
/// @param log2Width   at least 4, so that no vector of 16 floats crosses two strips
/// @param rowStride   from a row to the next
/// @param stripStride from a strip to the next
public record Strips(int columns, int log2Width, int rowStride, int stripStride) {
    private static final int LEAST = 4;
    /// One strip, however many columns: there is no array of two.
    private static final int ALL = 30;

    public Strips {
        if (columns < 0 || log2Width < LEAST || log2Width > ALL) {
            throw new IllegalArgumentException("columns must be >= 0 and log2Width in [" + LEAST + ", " + ALL + "], got "
                    + columns + " and " + log2Width);
        }
    }

    /// Rows of `columns` one behind the other.
    public static Strips rowMajor(int columns) {
        return new Strips(columns, ALL, columns, 1 << ALL);
    }

    /// Strips of `width` columns, a power of two and at least 16.
    public static Strips of(int columns, int width, int rowStride, int stripStride) {
        if (Integer.bitCount(width) != 1) {
            throw new IllegalArgumentException("width must be a power of two, got " + width);
        }
        return new Strips(columns, Integer.numberOfTrailingZeros(width), rowStride, stripStride);
    }

    /// Position of column `c` of a row that starts at `row`.
    int cell(int row, int c) {
        return row + (c >> log2Width) * stripStride + (c & mask());
    }

    /// Columns from `c` to the end of its strip.
    int rest(int c) {
        return mask() - (c & mask()) + 1;
    }

    private int mask() {
        return (1 << log2Width) - 1;
    }

    /// Refuses a form that overlaps itself, or `rows` rows from `at` on that leave an array of `length` floats.
    void check(int rows, int length, int at) {
        long width = 1L << log2Width;
        if (rows > 1 && rowStride < Math.min(columns, width)) {
            throw new IllegalArgumentException("rowStride must be >= " + Math.min(columns, width)
                    + " so that rows do not overlap, got " + rowStride);
        }
        if (columns > width && stripStride < width) {
            throw new IllegalArgumentException("stripStride must be >= " + width + " so that strips do not overlap, got " + stripStride);
        }
        long strips = (columns + width - 1) / width;
        long lastRow = at + Math.max(0, rows - 1L) * rowStride;
        long end = lastRow + (strips - 1) * stripStride + columns - (strips - 1) * width;
        if (strips > 1) {
            end = Math.max(end, lastRow + (strips - 2) * stripStride + width);
        }
        boolean some = rows > 0 && columns > 0;
        if (at < 0 || some && (end > length || (long) rows * columns > length - at)) {
            throw new IllegalArgumentException("out must hold " + rows + " x " + columns + " floats from " + at
                    + ", rows " + rowStride + (strips > 1 ? " and strips " + stripStride : "") + " apart: " + end
                    + " floats needed, got " + length);
        }
    }
}
