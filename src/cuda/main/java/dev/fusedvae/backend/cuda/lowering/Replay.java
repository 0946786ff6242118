package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.driver.Driver;
import java.util.Optional;
import jcuda.driver.CUgraphExec;

/// Enqueues the steps of a window: launch by launch, or as graphs, which are captured when they are needed for the first time.
///
/// The launches in a graph of [#STEPS] steps have the fixed offsets 0 … 63 from the base word, which is set before every replay; a
/// graph of one step does the remaining steps. A captured launch keeps its arguments, so [#forget] must be called after they have
/// changed. The first step after that is launched without a graph: so a driver that loads kernels at their first launch does this
/// outside a capture, and a program that runs one step per feed does not pay for a graph.
public final class Replay implements AutoCloseable {
    /// The number of steps in the large graph.
    public static final int STEPS = 64;

    private final Driver driver;
    private final Launches launches;
    private final Control control;
    private final boolean capturing;
    private Optional<CUgraphExec> many = Optional.empty();
    private Optional<CUgraphExec> one = Optional.empty();
    private boolean launched;

    /// @param capturing whether to use graphs at all
    public Replay(Driver driver, Launches launches, Control control, boolean capturing) {
        this.driver = driver;
        this.launches = launches;
        this.control = control;
        this.capturing = capturing;
    }

    /// Enqueues the steps in records `0 … count − 1` of the step table.
    public void enqueue(int count) {
        int alone = capturing ? Math.min(count, launched ? 0 : 1) : count;
        if (alone > 0) {
            control.base(0);
            launch(alone);
            launched = true;
        }
        int record = alone;
        for (; record + STEPS <= count; record += STEPS) {
            if (many.isEmpty()) {
                many = Optional.of(capture(STEPS));
            }
            replay(many.get(), record);
        }
        for (; record < count; record++) {
            if (one.isEmpty()) {
                one = Optional.of(capture(1));
            }
            replay(one.get(), record);
        }
    }

    private void launch(int steps) {
        for (int record = 0; record < steps; record++) {
            for (int i = 0; i < launches.count(); i++) {
                launches.enqueue(i, record);
            }
        }
    }

    private CUgraphExec capture(int steps) {
        return driver.capture(() -> launch(steps));
    }

    private void replay(CUgraphExec graph, int record) {
        control.base(record);
        driver.replay(graph);
    }

    /// Releases the graphs; the next steps capture new ones.
    public void forget() {
        Optional<CUgraphExec> first = many;
        Optional<CUgraphExec> second = one;
        many = Optional.empty();
        one = Optional.empty();
        launched = false;
        try {
            first.ifPresent(driver::release);
        } finally {
            second.ifPresent(driver::release);
        }
    }

    @Override
    public void close() {
        forget();
    }
}
