package dev.fusedvae.cli;

/// Says on stderr how far a long measurement is: a line every ten seconds.
final class Countdown {
    private static final long INTERVAL_NANOS = 10_000_000_000L;

    private final Terminal terminal;
    private final boolean quiet;
    private final int examples;
    private final long start = System.nanoTime();
    private long told = start;

    Countdown(Terminal terminal, boolean quiet, int examples) {
        this.terminal = terminal;
        this.quiet = quiet;
        this.examples = examples;
    }

    /// `count` examples are measured.
    void done(int count) {
        long now = System.nanoTime();
        if (!quiet && now - told > INTERVAL_NANOS && count < examples) {
            told = now;
            terminal.say("%d of %d examples, %s left".formatted(count, examples, Units.seconds((now - start) / 1e9 * (examples - count) / count)));
        }
    }
}
