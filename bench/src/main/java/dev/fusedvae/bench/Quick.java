package dev.fusedvae.bench;

import org.openjdk.jmh.runner.options.TimeValue;

/// The times by which everything together ends within five minutes.
final class Quick {
    /// Most of what is measured is compiled by then on a quiet machine.
    static final int PATIENCE_SECONDS = 4;
    static final TimeValue WARM_UP = TimeValue.milliseconds(200);
    static final TimeValue MEASUREMENT = TimeValue.milliseconds(100);

    private Quick() {}
}
