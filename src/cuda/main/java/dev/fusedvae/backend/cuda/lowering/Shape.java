package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.memory.Halves;

/// The physical form of a slot on the device.
public sealed interface Shape {
    /// The number of floats that it takes.
    long size();

    /// The physical values for the logical `values`; for partial sums, parts that add up to them.
    default float[] spread(float[] values) {
        float[] physical = new float[Math.toIntExact(size())];
        int parts = physical.length / values.length;
        for (int i = 0; i < physical.length; i++) {
            physical[i] = Halves.piece(values[i % values.length], i / values.length, parts);
        }
        return physical;
    }

    /// A row-major matrix with the shape of the tensor.
    record Matrix(long size) implements Shape {}

    /// Partial sums over tiles of 32 columns, `[tiles][rows]`; the value of a row is their sum in the order of the tiles.
    record Partials(int tiles, int rows) implements Shape {
        static final int TILE = 32;

        static Partials of(int columns, int rows) {
            return new Partials(Math.ceilDiv(columns, TILE), rows);
        }

        @Override
        public long size() {
            return (long) tiles * rows;
        }

        public void sum(float[] partials, float[] to) {
            for (int r = 0; r < rows; r++) {
                double sum = 0;
                for (int tile = 0; tile < tiles; tile++) {
                    sum += partials[tile * rows + r];
                }
                to[r] = (float) sum;
            }
        }
    }

    /// Sums of squares, one for each block of the kernel that writes them.
    record Norms(int blocks) implements Shape {
        @Override
        public long size() {
            return blocks;
        }
    }
}
