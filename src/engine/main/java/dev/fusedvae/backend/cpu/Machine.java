package dev.fusedvae.backend.cpu;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.plan.Step;
import dev.fusedvae.rng.Permutation;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.simd.Elementwise;
import java.util.Optional;

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
    /// Of a feed that trains: the order of examples in the epoch that runs.
    private Optional<Permutation> order;
    private int orderEpoch;

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
        orderEpoch = 0;
        order = next instanceof Feed.Training training
                ? Optional.of(new Permutation(training.seed(), 0, training.examples().count())) : Optional.empty();
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

    /// Called by one member before the others start a step: turns to the order of the step's epoch.
    void prepare(int epoch) {
        if (order.isPresent() && epoch != orderEpoch) {
            order.get().turnTo(epoch);
            orderEpoch = epoch;
        }
    }

    /// The example that row `row` of the batch holds.
    int example(Step step, int row) {
        return switch (feed) {
            case Feed.Training f -> order.orElseThrow().index(step.position() + row);
            case Feed.Inference f -> step.position() + row;
        };
    }

    static int roundUp4(int rows) {
        return (rows + 3) & ~3;
    }
}
