package dev.fusedvae.bench;

/// The unit in which a benchmark's microseconds per operation are reported.
enum Figure {
    MICROS("us", false, 1),
    NANOS("ns", false, 1e3),
    SECONDS("s", false, 1e-6),
    EXAMPLES("examples/s", true, 1e6),
    /// Millions of normals per second.
    NORMALS("Mnormals/s", true, 1);

    private final String unit;
    private final boolean rate;
    private final double factor;

    Figure(String unit, boolean rate, double factor) {
        this.unit = unit;
        this.rate = rate;
        this.factor = factor;
    }

    String unit() {
        return unit;
    }

    double of(double microsAnOperation) {
        return rate ? factor / microsAnOperation : factor * microsAnOperation;
    }
}
