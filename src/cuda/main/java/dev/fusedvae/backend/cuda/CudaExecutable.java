package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.DivergedException;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.Guards;
import dev.fusedvae.backend.Profile;
import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.driver.Staging;
import dev.fusedvae.backend.cuda.kernels.Structs;
import dev.fusedvae.backend.cuda.lowering.Control;
import dev.fusedvae.backend.cuda.lowering.DeviceExamples;
import dev.fusedvae.backend.cuda.lowering.Launches;
import dev.fusedvae.backend.cuda.lowering.Operands;
import dev.fusedvae.backend.cuda.lowering.Replay;
import dev.fusedvae.backend.cuda.lowering.Shape;
import dev.fusedvae.backend.cuda.lowering.SlotGuards;
import dev.fusedvae.backend.cuda.lowering.Slots;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.Step;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A plan on the device. It is lowered once; then its steps are replayed from a graph or launched one by one, on one stream. The
/// host waits once per [Control#RECORDS] steps. All executables of a backend use the same stream, so their work does not overlap.
final class CudaExecutable implements Executable {
    /// The number of measurements for every time of a profile.
    private static final int PROFILE_REPEATS = 5;

    private final Engine engine;
    private final Driver driver;
    private final Plan plan;
    private final boolean reduces;
    private final Resources resources;
    private final Launches launches;
    private final Replay replay;
    private final Optional<Guards> guards;
    private Feed feed;
    private boolean closed;

    /// Everything that must be released, in the order in which it was allocated.
    private static final class Resources implements AutoCloseable {
        private final ArrayDeque<AutoCloseable> taken = new ArrayDeque<>();
        private final Driver driver;
        final Arena arena = take(Arena.ofShared());
        final Staging staging;
        final Slots slots;
        final Control control;
        Optional<DeviceExamples> data = Optional.empty();

        Resources(Driver driver, Plan plan, Structs structs, Launches launches, Optional<Slots> shared) {
            this.driver = driver;
            try {
                staging = take(new Staging(driver));
                slots = take(new Slots(driver, Slots.Layout.of(plan, launches.norms()), shared));
                control = take(new Control(driver, plan, structs));
            } catch (RuntimeException e) {
                close();
                throw e;
            }
        }

        private <T extends AutoCloseable> T take(T resource) {
            taken.push(resource);
            return resource;
        }

        /// Replaces the data on the device.
        DeviceExamples load(Feed feed) {
            data.ifPresent(DeviceExamples::close);
            data = Optional.empty();
            data = Optional.of(new DeviceExamples(driver, staging, feed.examples()));
            return data.get();
        }

        @Override
        public void close() {
            driver.drain();
            data.ifPresent(taken::push);
            data = Optional.empty();
            Optional<RuntimeException> first = Optional.empty();
            while (!taken.isEmpty()) {
                try {
                    taken.pop().close();
                } catch (RuntimeException e) {
                    first = first.or(() -> Optional.of(e));
                } catch (Exception e) { // declared by AutoCloseable; none of these throws a checked one
                    throw new IllegalStateException(e);
                }
            }
            if (first.isPresent()) {
                throw first.get();
            }
        }
    }

    static CudaExecutable load(Engine engine, Plan plan, Feed feed, Optional<Slots> shared) {
        synchronized (engine.driver()) {
            engine.driver().enter();
            CudaExecutable loaded = new CudaExecutable(engine, plan, feed, shared);
            engine.open().add(loaded);
            return loaded;
        }
    }

    private CudaExecutable(Engine engine, Plan plan, Feed feed, Optional<Slots> shared) {
        feed.check(plan);
        engine.vendor().check(plan);
        this.engine = engine;
        driver = engine.driver();
        this.plan = plan;
        this.feed = feed;
        reduces = plan.graph().ops().stream().anyMatch(op -> op instanceof Op.ReduceLoss);
        launches = new Launches(plan, engine.library(), engine.vendor());
        Structs structs = engine.library().variants().structs();
        resources = new Resources(driver, plan, structs, launches, shared);
        replay = resources.take(new Replay(driver, launches, resources.control, engine.graphs()));
        guards = plan.phases().size() == 1 ? Optional.of(new SlotGuards(driver, this::enter, resources.slots, resources.staging)) : Optional.empty();
        try {
            Operands operands = new Operands(plan, resources.slots, resources.control, resources.staging, structs);
            launches.prepare(operands, engine.launcher(resources.arena),
                    (kind, args) -> engine.vendor().launch(kind, args, resources.control), resources.arena);
            launches.bind(feed, resources.load(feed));
            driver.synchronize();
        } catch (RuntimeException e) {
            resources.close();
            throw e;
        }
    }

    @Override
    public Plan plan() {
        return plan;
    }

    /// Must be called before the device is used: memory of a closed executable may belong to another one now.
    private void enter() {
        if (closed) {
            throw new IllegalStateException("this executable is closed");
        }
        driver.enter();
    }

    @Override
    public void feed(Feed next) {
        next.check(plan);
        synchronized (driver) {
            enter();
            replay.forget();
            launches.bind(next, resources.load(next));
            feed = next;
        }
    }

    @Override
    public void examplesChanged() {
        synchronized (driver) {
            enter();
            resources.data.orElseThrow().fill(resources.staging, feed.examples());
        }
    }

    @Override
    public void run(long firstStep, int count, double[] metrics) {
        for (int done = 0; done < count; done += Control.RECORDS) {
            int steps = Math.min(Control.RECORDS, count - done);
            synchronized (driver) {
                enter();
                window(firstStep + done, steps);
                collect(firstStep + done, steps, metrics, 2 * done);
            }
        }
    }

    private void window(long firstStep, int steps) {
        if (resources.data.isEmpty()) {
            throw new IllegalStateException("nothing to run on: the last feed could not be brought to the device");
        }
        try {
            resources.control.upload(feed, firstStep, steps);
            replay.enqueue(steps);
            if (reduces) {
                resources.control.downloadLosses(steps);
            }
            driver.synchronize();
        } catch (RuntimeException e) {
            driver.drain(); // what was enqueued still reads the step table, which the next run rewrites
            throw e;
        }
    }

    private void collect(long firstStep, int steps, double[] metrics, int at) {
        for (int i = 0; reduces && i < steps; i++) {
            double ll = resources.control.loss(i, 0);
            double kl = resources.control.loss(i, 1);
            if (metrics.length > 0) {
                metrics[at + 2 * i] = ll;
                metrics[at + 2 * i + 1] = kl;
            }
            if (!Double.isFinite(ll + kl)) {
                throw new DivergedException(firstStep + i, "the loss of step " + (firstStep + i) + " is not finite");
            }
        }
    }

    /// Measured by device events, with launches warm and one after the other as in a replayed step; calls of one launch share a time.
    /// The times of the SIMT device mean nothing, so they are not measured. Unverified on hardware.
    @Override
    public Optional<Profile> profile(long firstStep, int count) {
        return engine.timed() ? Optional.of(profiled(firstStep, count)) : Optional.empty();
    }

    /// Runs the steps, then times the launches of the first of them. The timed launches update parameters and optimizer state, which
    /// are restored afterwards.
    Profile profiled(long firstStep, int count) {
        run(firstStep, count, new double[0]);
        synchronized (driver) {
            Map<Tensor, float[]> kept = new HashMap<>();
            plan.slots().stream().filter(t -> t.role() == Tensor.Role.PARAMETER || t.role() == Tensor.Role.STATE).forEach(t -> kept.put(t, read(t)));
            resources.control.upload(feed, firstStep, 1);
            try (LaunchTimer timer = new LaunchTimer(driver, PROFILE_REPEATS)) {
                return new Profile(timer.warm(launches), 0);
            } finally {
                kept.forEach(this::write);
            }
        }
    }

    @Override
    public Optional<String> runChecked(long index) {
        synchronized (driver) {
            enter();
            resources.control.upload(feed, index, 1);
            resources.control.base(0);
            Step step = new Step();
            feed.fill(index, step);
            for (int i = 0; i < launches.count(); i++) {
                launches.enqueue(i, 0);
                driver.synchronize();
                for (Call call : launches.calls(i)) {
                    for (Tensor t : call.op().writes()) {
                        if (!finite(t, step.rows())) {
                            return Optional.of(call.title() + " wrote " + t);
                        }
                    }
                }
            }
            return Optional.empty();
        }
    }

    /// Times every launch of the first step; see [LaunchTime].
    LaunchTime.Table time(int repeats) {
        synchronized (driver) {
            enter();
            resources.control.upload(feed, 0, 1);
            try (LaunchTimer timer = new LaunchTimer(driver, repeats)) {
                return timer.table(launches);
            }
        }
    }

    private boolean finite(Tensor t, int rows) {
        float[] values = read(t);
        int live = t.batched() ? t.rows(rows) * t.width() : values.length;
        for (int i = 0; i < live; i++) {
            if (!Float.isFinite(values[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public CudaExecutable sibling(Plan other, Feed otherFeed) {
        synchronized (driver) {
            enter();
            return load(engine, other, otherFeed, Optional.of(resources.slots));
        }
    }

    @Override
    public void read(Tensor tensor, float[] to) {
        synchronized (driver) {
            enter();
            long from = resources.slots.address(tensor);
            int floats = Math.toIntExact(resources.slots.shape(tensor).size());
            switch (resources.slots.shape(tensor)) {
                case Shape.Matrix m -> resources.staging.download(from, to, floats);
                case Shape.Partials p -> {
                    float[] partials = new float[floats];
                    resources.staging.download(from, partials, floats);
                    p.sum(partials, to);
                }
                case Shape.Norms n -> {
                    float[] blocks = new float[floats];
                    resources.staging.download(from, blocks, floats);
                    to[0] = sum(blocks);
                }
            }
        }
    }

    private static float sum(float[] values) {
        double sum = 0;
        for (float v : values) {
            sum += v;
        }
        return (float) sum;
    }

    @Override
    public float[] read(Tensor tensor) {
        float[] copy = new float[Math.toIntExact(tensor.elements(plan.batch()))];
        read(tensor, copy);
        return copy;
    }

    @Override
    public void write(Tensor tensor, float[] values) {
        long expected = tensor.elements(plan.batch());
        if (values.length != expected) {
            throw new IllegalArgumentException(tensor + " holds " + expected + " values, got " + values.length);
        }
        synchronized (driver) {
            enter();
            resources.staging.upload(resources.slots.address(tensor), resources.slots.shape(tensor).spread(values));
        }
    }

    @Override
    public Optional<Guards> guards() {
        return guards;
    }

    @Override
    public long arenaBytes() {
        return resources.slots.bytes() + resources.control.bytes();
    }

    @Override
    public void close() {
        synchronized (driver) {
            if (!closed) {
                closed = true;
                engine.open().remove(this);
                driver.enterToClose();
                resources.close();
            }
        }
    }
}
