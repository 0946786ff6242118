package dev.fusedvae.eval;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// One inference graph with fixed parameters, for any number of callers at once.
///
/// A large input takes the backend's threads if they are free. Everybody else runs on the calling thread, on an
/// executable of a pool whose members share the parameters. Both give the same bits, so nobody can tell.
public final class Inference implements AutoCloseable {
    /// Rows a step.
    private static final int BATCH = 256;
    /// Below this many rows waking the threads costs more than they save.
    private static final int ROWS_WORTH_THREADS = 64;

    private final Backend backend;
    private final Plan plan;
    private final Parameters parameters;
    private final Feed.Inference idleFeed;
    private final ReentrantLock threads = new ReentrantLock();
    private final Queue<Executable> idle = new ConcurrentLinkedQueue<>();
    private Executable shared;

    /// Reads the results of one step.
    @FunctionalInterface
    public interface Reader {
        /// Rows `0 … rows` of `ran` hold examples `first … first + rows`.
        void read(Executable ran, int first, int rows);
    }

    /// Loads nothing before the first run.
    public Inference(Backend backend, Graph graph, Parameters parameters) {
        this.backend = backend;
        this.parameters = parameters;
        plan = Plan.of(graph, backend.fusion(), BATCH);
        int features = graph.ops().stream().filter(Op.Gather.class::isInstance).mapToInt(op -> ((Op.Gather) op).x().width()).findFirst().orElseThrow();
        idleFeed = new Feed.Inference(new Examples.Floats(new float[0], features), BATCH, 0);
    }

    /// Rows that a result tensor of an executable has.
    public int batch() {
        return plan.batch();
    }

    /// Runs all examples, step by step, in order; noise is numbered by example under `seed`.
    public void run(Examples examples, long seed, Reader reader) {
        Executable base = base();
        if (examples.count() >= ROWS_WORTH_THREADS && threads.tryLock()) {
            try {
                run(base, examples, seed, reader);
            } finally {
                threads.unlock();
            }
            return;
        }
        Executable pooled = idle.poll();
        Executable own = pooled != null ? pooled : base.serialSibling(plan, idleFeed);
        try {
            run(own, examples, seed, reader);
        } catch (RuntimeException e) {
            closeAfter(e, own); // what a failed call left of it is not known: nobody runs on it again
            throw e;
        }
        idle.add(own);
    }

    private void run(Executable executable, Examples examples, long seed, Reader reader) {
        Feed.Inference feed = new Feed.Inference(examples, BATCH, seed);
        executable.feed(feed);
        try {
            for (int i = 0; i < feed.steps(); i++) {
                executable.run(i, 1, new double[0]);
                reader.read(executable, i * BATCH, Math.min(BATCH, examples.count() - i * BATCH));
            }
        } finally {
            executable.feed(idleFeed); // the pool must not keep a caller's data alive
        }
    }

    /// Everybody's executable, which is seen by others only once it holds the parameters.
    private synchronized Executable base() {
        if (shared == null) {
            Executable loaded = backend.load(plan, idleFeed);
            try {
                parameters.write(loaded, plan.graph().tensors(Tensor.Role.PARAMETER));
            } catch (RuntimeException e) {
                closeAfter(e, loaded);
                throw e;
            }
            shared = loaded;
        }
        return shared;
    }

    private static void closeAfter(RuntimeException failure, Executable executable) {
        try {
            executable.close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public synchronized void close() {
        Optional<RuntimeException> first = Optional.empty();
        for (Executable executable : Stream.concat(idle.stream(), Optional.ofNullable(shared).stream()).toList()) {
            try {
                executable.close();
            } catch (RuntimeException e) {
                first = first.or(() -> Optional.of(e));
            }
        }
        idle.clear();
        if (first.isPresent()) {
            throw first.get();
        }
    }
}
