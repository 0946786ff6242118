package dev.fusedvae.rng;

/// The panel form of a matrix: 32 columns side by side, then the next 32.
///
/// Cell (r, c) is at `at + (c / 32)·panelStride + r·rowStride + c % 32`. With `rowStride` = number of columns and
/// `panelStride` = 32 that is plain row-major.
final class Panels {
    static final int WIDTH = 32;

    private Panels() {}

    /// Position of column `c` of a row that starts at `row`.
    static int cell(int row, int panelStride, int c) {
        return row + (c >> 5) * panelStride + (c & 31);
    }

    /// Refuses a form that overlaps itself or leaves an array of `length` floats.
    static void check(int rows, int columns, int length, int at, int rowStride, int panelStride) {
        if (rows > 1 && rowStride < Math.min(columns, WIDTH)) {
            throw new IllegalArgumentException("rowStride must be >= " + Math.min(columns, WIDTH)
                    + " so that rows do not overlap, got " + rowStride);
        }
        if (columns > WIDTH && panelStride < WIDTH) {
            throw new IllegalArgumentException("panelStride must be >= 32 so that panels do not overlap, got " + panelStride);
        }
        int panels = (columns + WIDTH - 1) / WIDTH;
        long lastRow = at + Math.max(0, rows - 1L) * rowStride;
        long end = lastRow + (panels - 1L) * panelStride + columns - (panels - 1L) * WIDTH;
        if (panels > 1) {
            end = Math.max(end, lastRow + (panels - 2L) * panelStride + WIDTH);
        }
        boolean some = rows > 0 && columns > 0;
        if (at < 0 || some && (end > length || (long) rows * columns > length - at)) {
            throw new IllegalArgumentException("out must hold " + rows + " x " + columns + " floats from " + at
                    + " with row stride " + rowStride + " and panel stride " + panelStride + ": " + end
                    + " floats needed, got " + length);
        }
    }
}
