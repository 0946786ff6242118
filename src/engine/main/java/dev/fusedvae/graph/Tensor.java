package dev.fusedvae.graph;

/// A named matrix of the graph; it has a shape and a role, no place and no layout.
///
/// @param rows    rows, or [#BATCH] where there is one row an example
/// @param columns columns of one part
/// @param parts   1, or 2 where columns come in two blocks that are used together: (μ, log σ²)
/// @param samples rows an example where rows are [#BATCH]: row = example·samples + sample; else 1
public record Tensor(String name, Role role, int rows, int columns, int parts, int samples) {

    /// Stands for the number of examples in the batch.
    public static final int BATCH = -1;

    /// What a tensor is for.
    public enum Role {
        /// The examples of the batch as gathered, one row each.
        INPUT,
        /// Computed from the batch, one row an example.
        ACTIVATION,
        /// A weight `[N,K]` or a bias `[1,N]`; lives as long as the model.
        PARAMETER,
        /// Optimizer state of a parameter, shaped like it; or, with a row an example, Markov chains that outlive the step.
        STATE,
        /// The gradient of a parameter, shaped like it.
        GRADIENT,
        /// A sum or a partial sum that is reported.
        METRIC
    }

    public Tensor {
        if (rows != BATCH && rows < 1 || columns < 1 || parts < 1 || parts > 2 || samples < 1 || rows != BATCH && samples > 1) {
            throw new IllegalArgumentException("tensor %s: bad shape [%d x %d, %d x %d]".formatted(name, rows, samples, columns, parts));
        }
    }

    public Tensor(String name, Role role, int rows, int columns, int parts) {
        this(name, role, rows, columns, parts, 1);
    }

    /// `x`, the examples of the batch.
    public static Tensor input(int columns) {
        return new Tensor("x", Role.INPUT, BATCH, columns, 1);
    }

    /// One row an example, `columns` columns.
    public static Tensor perExample(String name, int columns, int parts) {
        return new Tensor(name, Role.ACTIVATION, BATCH, columns, parts);
    }

    /// `samples` rows an example, `columns` columns.
    public static Tensor perSample(String name, int columns, int parts, int samples) {
        return new Tensor(name, Role.ACTIVATION, BATCH, columns, parts, samples);
    }

    public boolean batched() {
        return rows == BATCH;
    }

    /// Columns of all parts.
    public int width() {
        return columns * parts;
    }

    public int rows(int batch) {
        return batched() ? Math.multiplyExact(batch, samples) : rows;
    }

    public long elements(int batch) {
        return (long) rows(batch) * width();
    }

    /// Bytes in fp32, without padding.
    public long bytes(int batch) {
        return Float.BYTES * elements(batch);
    }

    /// The gradient or state tensor that belongs to this one.
    public Tensor companion(String suffix, Role companionRole) {
        return new Tensor(name + "." + suffix, companionRole, rows, columns, parts, samples);
    }

    /// `[B, 784]`, `[400, 784]`, `[B, 2x20]`, `[Bx50, 784]`.
    public String shape() {
        return "[" + (batched() ? "B" + (samples > 1 ? "x" + samples : "") : rows) + ", " + (parts == 2 ? "2x" : "") + columns + "]";
    }

    @Override
    public String toString() {
        return name + shape();
    }
}
