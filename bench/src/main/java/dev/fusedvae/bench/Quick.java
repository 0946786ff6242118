package dev.fusedvae.bench;

import org.openjdk.jmh.runner.options.TimeValue;

/// The times by which all benchmarks together end within five minutes.
final class Quick {
    /// By then most of what is measured is compiled, on a quiet machine.
    static final int PATIENCE_SECONDS = 4;
    static final TimeValue WARM_UP = TimeValue.milliseconds(200);
    static final TimeValue MEASUREMENT = TimeValue.milliseconds(100);

    private Quick() {}
}
