package dev.fusedvae.bench;

import dev.fusedvae.backend.Examples;

/// What all contestants of a row train or encode.
///
/// @param net      as [Nets#spec] reads it, and as the peers are told
/// @param batch    rows of a step or call; full batches only, as with the peers' drop_last
/// @param examples of training; each contestant orders them anew for every epoch
/// @param window   steps between two looks at the clock, at each of which the device has done its work; the peers' `--window`
public record Course(String net, int batch, Examples examples, int window) {

    public Course {
        if (batch < 1 || batch > examples.count()) {
            throw new IllegalArgumentException("batch must be in 1.." + examples.count() + ", the examples of an epoch, got " + batch);
        }
        if (window < 1) {
            throw new IllegalArgumentException("window must be >= 1, got " + window);
        }
    }

    /// Full batches of an epoch.
    public int stepsPerEpoch() {
        return examples.count() / batch;
    }

    /// `steps`, rounded up to whole windows: neither side runs a part of one.
    int whole(int steps) {
        return Math.ceilDiv(steps, window) * window;
    }
}
