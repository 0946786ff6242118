package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;

import dev.fusedvae.backend.memory.Halves;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.rng.Strips;

/// The physical form of a slot in one of the two arrays of an executable.
sealed interface Form {
    /// Where it starts.
    int at();

    /// Floats it takes.
    long size();

    Form movedTo(int newAt);

    /// Logical values, row-major, out of the array.
    void read(float[] m, float[] to);

    /// Logical values, row-major, into the array.
    void write(float[] m, float[] from);

    /// A matrix in panels of 32 columns: element (r, part, c) at `at + (part·panels + c/32)·stride + r·32 + c%32`.
    ///
    /// Columns beyond `columns` are zero in weights and in gradients, where sums over depth may run over them; in
    /// activations they hold what the activation makes of zero, and products stop before them.
    ///
    /// @param rows   logical rows
    /// @param stride floats a panel: 32 times the padded rows
    record Panels(int at, int rows, int columns, int parts, int stride) implements Form {

        /// Rows padded to a multiple of `rowMultiple`.
        static Panels of(int rows, int columns, int parts, int rowMultiple) {
            return new Panels(0, rows, columns, parts, Math.multiplyExact(PANEL, roundUp(rows, rowMultiple)));
        }

        /// Panels of one part.
        int panels() {
            return Math.ceilDiv(columns, PANEL);
        }

        /// Panels of all parts.
        int allPanels() {
            return panels() * parts;
        }

        /// Valid columns of panel `p` of a part.
        int valid(int p) {
            return Math.min(PANEL, columns - p * PANEL);
        }

        /// How the rows of a part lie, for noise that is written there.
        Strips strips() {
            return Strips.of(columns, PANEL, PANEL, stride);
        }

        /// Where panel `p` starts, counted over all parts.
        int panel(int p) {
            return at + p * stride;
        }

        /// Columns a product has to run over to meet every part, the padding between parts included.
        int depth() {
            return (parts - 1) * panels() * PANEL + columns;
        }

        @Override
        public long size() {
            return (long) stride * allPanels();
        }

        @Override
        public Panels movedTo(int newAt) {
            return new Panels(newAt, rows, columns, parts, stride);
        }

        private int index(int r, int part, int c) {
            return panel(part * panels() + c / PANEL) + r * PANEL + c % PANEL;
        }

        @Override
        public void read(float[] m, float[] to) {
            for (int r = 0, i = 0; r < rows; r++) {
                for (int part = 0; part < parts; part++) {
                    for (int c = 0; c < columns; c++) {
                        to[i++] = m[index(r, part, c)];
                    }
                }
            }
        }

        @Override
        public void write(float[] m, float[] from) {
            for (int r = 0, i = 0; r < rows; r++) {
                for (int part = 0; part < parts; part++) {
                    for (int c = 0; c < columns; c++) {
                        m[index(r, part, c)] = from[i++];
                    }
                }
            }
        }
    }

    /// A weight `[parts·N, K]`, held as the panels of its transpose: rows k, columns n, so that forward products stream it.
    record Weight(Panels transposed) implements Form {

        /// Rows are padded to whole blocks of 32, the unit of weight gradients.
        static Weight of(int inputs, int outputs, int parts) {
            return new Weight(Panels.of(inputs, outputs, parts, PANEL));
        }

        /// 32-row blocks of a panel.
        int rowBlocks() {
            return transposed.stride() / (PANEL * PANEL);
        }

        @Override
        public int at() {
            return transposed.at();
        }

        @Override
        public long size() {
            return transposed.size();
        }

        @Override
        public Weight movedTo(int newAt) {
            return new Weight(transposed.movedTo(newAt));
        }

        @Override
        public void read(float[] m, float[] to) {
            int k = transposed.rows();
            for (int part = 0, i = 0; part < transposed.parts(); part++) {
                for (int n = 0; n < transposed.columns(); n++) {
                    for (int r = 0; r < k; r++) {
                        to[i++] = m[transposed.index(r, part, n)];
                    }
                }
            }
        }

        @Override
        public void write(float[] m, float[] from) {
            int k = transposed.rows();
            for (int part = 0, i = 0; part < transposed.parts(); part++) {
                for (int n = 0; n < transposed.columns(); n++) {
                    for (int r = 0; r < k; r++) {
                        m[transposed.index(r, part, n)] = from[i++];
                    }
                }
            }
        }
    }

    /// A sum in pieces that are added up in a fixed order: element (piece, r) at `at + piece·stride + r`.
    ///
    /// @param pieces column tiles of a per-example sum, or blocks of a parameter
    record Partials(int at, int rows, int pieces, int stride) implements Form {
        static Partials of(int rows, int pieces) {
            return new Partials(0, rows, pieces, roundUp(rows, 4));
        }

        /// The sum of row `r`, in double.
        double sum(float[] m, int r) {
            double sum = 0;
            for (int piece = 0; piece < pieces; piece++) {
                sum += m[at + piece * stride + r];
            }
            return sum;
        }

        @Override
        public long size() {
            return (long) stride * pieces;
        }

        @Override
        public Partials movedTo(int newAt) {
            return new Partials(newAt, rows, pieces, stride);
        }

        @Override
        public void read(float[] m, float[] to) {
            for (int r = 0; r < rows; r++) {
                to[r] = (float) sum(m, r);
            }
        }

        @Override
        public void write(float[] m, float[] from) {
            for (int piece = 0; piece < pieces; piece++) {
                for (int r = 0; r < rows; r++) {
                    m[at + piece * stride + r] = Halves.piece(from[r], piece, pieces);
                }
            }
        }
    }

    private static int roundUp(int value, int multiple) {
        return Math.ceilDiv(value, multiple) * multiple;
    }

    /// The panels of a slot that must be a plain matrix.
    static Panels panels(Form form, Tensor tensor) {
        if (form instanceof Panels panels) {
            return panels;
        }
        throw new IllegalStateException(tensor + " is not held in panels");
    }
}
