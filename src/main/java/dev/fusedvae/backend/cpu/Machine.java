package dev.fusedvae.backend.cpu;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.plan.Step;
import dev.fusedvae.rng.Permutation;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.simd.Elementwise;

/// What all kernels of an executable share: memory, arithmetic, and the feed of the run.
final class Machine {
    final Memory memory;
    final int members;
    final Gemm gemm = Gemm.create();
    final Elementwise elementwise = Elementwise.PREFERRED;
    private Feed feed;
    private Stream noise;
    private Stream binarization;
    private Stream corruption;
    private Permutation order;
    private int orderEpoch = -1;

    Machine(Memory memory, int members, Feed feed) {
        this.memory = memory;
        this.members = members;
        feed(feed);
    }

    /// Binds another feed; no step may be running.
    void feed(Feed next) {
        feed = next;
        noise = next.noise();
        binarization = next.binarization();
        corruption = next.corruption();
        orderEpoch = -1;
        prepare(0);
    }

    Feed feed() {
        return feed;
    }

    /// The latent noise of the feed.
    Stream noise() {
        return noise;
    }

    /// The draws of dynamic binarization.
    Stream binarization() {
        return binarization;
    }

    /// The damage done to the encoder's input.
    Stream corruption() {
        return corruption;
    }

    Examples examples() {
        return feed.examples();
    }

    /// Whether the order of `epoch` is at hand.
    boolean prepared(int epoch) {
        return feed instanceof Feed.Inference || epoch == orderEpoch;
    }

    /// Called by one member before the others start a step: makes the order of the step's epoch.
    void prepare(int epoch) {
        if (feed instanceof Feed.Training training && epoch != orderEpoch) {
            order = new Permutation(training.seed(), epoch, training.examples().count());
            orderEpoch = epoch;
        }
    }

    /// The example that row `row` of the batch holds.
    int example(Step step, int row) {
        return switch (feed) {
            case Feed.Training f -> order.index(step.position() + row);
            case Feed.Inference f -> step.position() + row;
        };
    }

    static int roundUp4(int rows) {
        return (rows + 3) & ~3;
    }
}
