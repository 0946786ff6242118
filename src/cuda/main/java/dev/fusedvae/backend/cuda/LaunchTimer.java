package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.Profile;
import dev.fusedvae.backend.cuda.driver.DeviceBlock;
import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.lowering.Launched;
import dev.fusedvae.backend.cuda.lowering.Launches;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import jcuda.driver.CUevent;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;

/// Times launches by events in the stream of the device.
final class LaunchTimer implements AutoCloseable {
    /// The number of launches in the graph that is timed, so that the cost of the events is divided among them.
    private static final int NODES = 20;
    /// To overwrite the L2 cache, this many times its size is written.
    private static final int FLUSHES = 3;

    private final Driver driver;
    private final DeviceBlock flush;
    private final List<CUevent> events = new ArrayList<>();

    /// @param repeats number of measurements for every figure
    LaunchTimer(Driver driver, int repeats) {
        this.driver = driver;
        flush = new DeviceBlock(driver, (long) FLUSHES * driver.l2Bytes());
        try {
            for (int i = 0; i < 2 * repeats; i++) {
                CUevent event = new CUevent();
                Driver.check(JCudaDriver.cuEventCreate(event, 0), "cuEventCreate");
                events.add(event);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Times every launch; its inputs are what the launches before it have written.
    LaunchTime.Table table(Launches launches) {
        List<LaunchTime> times = new ArrayList<>();
        for (int i = 0; i < launches.count(); i++) {
            for (int before = 0; before < i; before++) {
                launches.enqueue(before, 0);
            }
            int index = i;
            Runnable launch = () -> launches.enqueue(index, 0);
            Launched launched = launches.at(i);
            times.add(new LaunchTime(launched.name(), launched.calls(), launched.grid().blocks(), warm(launch), cold(launch)));
        }
        return new LaunchTime.Table(times, cold(() -> {}));
    }

    /// Times every launch warm only; its inputs are what the launches before it have written.
    List<Profile.Timing> warm(Launches launches) {
        List<Profile.Timing> times = new ArrayList<>();
        for (int i = 0; i < launches.count(); i++) {
            int index = i;
            times.add(new Profile.Timing(launches.calls(i), 1e3 * warm(() -> launches.enqueue(index, 0)).medianMicros()));
        }
        return times;
    }

    /// Times launches one after the other in a graph. The first launch runs outside the capture, because a library then allocates its
    /// memory and a driver may then load the kernel.
    LaunchTime.Spread warm(Runnable launch) {
        launch.run();
        CUgraph graph = captured(launch);
        CUgraphExec executable = new CUgraphExec();
        try {
            Driver.check(JCudaDriver.cuGraphInstantiate(executable, graph, 0), "cuGraphInstantiate");
            replay(executable); // the first replay also uploads the graph to the device
            LaunchTime.Spread spread = LaunchTime.Spread.of(measure(i -> {}, i -> replay(executable), NODES));
            Driver.check(JCudaDriver.cuGraphExecDestroy(executable), "cuGraphExecDestroy");
            return spread;
        } finally {
            driver.drain();
            JCudaDriver.cuGraphDestroy(graph);
        }
    }

    private CUgraph captured(Runnable launch) {
        CUgraph graph = new CUgraph();
        Driver.check(JCudaDriver.cuStreamBeginCapture(driver.stream(), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), "cuStreamBeginCapture");
        try {
            for (int i = 0; i < NODES; i++) {
                launch.run();
            }
        } catch (RuntimeException e) {
            JCudaDriver.cuStreamEndCapture(driver.stream(), graph);
            throw e;
        }
        Driver.check(JCudaDriver.cuStreamEndCapture(driver.stream(), graph), "cuStreamEndCapture");
        return graph;
    }

    private void replay(CUgraphExec executable) {
        Driver.check(JCudaDriver.cuGraphLaunch(executable, driver.stream()), "cuGraphLaunch");
    }

    /// Times single launches, each after the L2 cache was overwritten.
    private LaunchTime.Spread cold(Runnable launch) {
        return LaunchTime.Spread.of(measure(i -> driver.clear(flush.address(), flush.bytes()), i -> launch.run(), 1));
    }

    /// Microseconds of `work` divided by `parts`, one value per pair of events; the host does not wait between them.
    private double[] measure(IntConsumer before, IntConsumer work, int parts) {
        int pairs = events.size() / 2;
        for (int i = 0; i < pairs; i++) {
            before.accept(i);
            record(events.get(2 * i));
            work.accept(i);
            record(events.get(2 * i + 1));
        }
        driver.synchronize();
        double[] micros = new double[pairs];
        float[] millis = {0};
        for (int i = 0; i < pairs; i++) {
            Driver.check(JCudaDriver.cuEventElapsedTime(millis, events.get(2 * i), events.get(2 * i + 1)), "cuEventElapsedTime");
            micros[i] = 1e3 * millis[0] / parts;
        }
        return micros;
    }

    private void record(CUevent event) {
        Driver.check(JCudaDriver.cuEventRecord(event, driver.stream()), "cuEventRecord");
    }

    @Override
    public void close() {
        driver.drain();
        events.forEach(JCudaDriver::cuEventDestroy);
        flush.close();
    }
}
