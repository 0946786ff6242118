package dev.fusedvae.bench;

import org.openjdk.jmh.runner.options.TimeValue;

/// The times by which everything together ends within five minutes.
final class Quick {
    static final TimeValue WARM_UP = TimeValue.seconds(1);
    static final TimeValue MEASUREMENT = TimeValue.milliseconds(200);

    private Quick() {}
}
