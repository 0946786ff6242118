package dev.fusedvae.lab;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// How the time of a training step grows along one axis, all else as given; all points of a backend take turns.
///
/// A net and batch that lies on several axes is timed on each of them; [CommonPoints] says where its times differ, which is
/// the noise of the whole.
public final class Scale {
    private static final int EXAMPLES = 4096;

    /// What grows.
    public enum Axis {
        BATCH(IntStream.rangeClosed(0, 14).map(i -> 1 << i).toArray(), "rows of a batch"),
        WIDTH(IntStream.rangeClosed(6, 12).map(i -> 1 << i).toArray(), "width of every hidden layer"),
        LATENT(IntStream.rangeClosed(1, 9).map(i -> 1 << i).toArray(), "size of z"),
        THREADS(new int[0], "threads");

        private final int[] points;
        private final String label;

        Axis(int[] points, String label) {
            this.points = points;
            this.label = label;
        }

        public String flag() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// What it is, in words.
        public String label() {
            return label;
        }

        /// Where a step is timed; threads up to the processors of this machine.
        public List<Integer> points() {
            int processors = Runtime.getRuntime().availableProcessors();
            return this == THREADS ? IntStream.rangeClosed(1, processors).filter(n -> Integer.bitCount(n) == 1 || n == processors).boxed().toList()
                    : IntStream.of(points).boxed().toList();
        }

        /// @throws IllegalArgumentException if there is none of that name
        public static Axis parse(String flag) {
            for (Axis axis : values()) {
                if (axis.flag().equals(flag)) {
                    return axis;
                }
            }
            throw new IllegalArgumentException("unknown axis '" + flag + "'; use batch, width, latent or threads");
        }
    }

    /// A point of a curve; `micros` is empty where it does not run, and `ran` says why.
    public record Point(Axis axis, int at, String backend, String shape, int batch, String ran, Optional<Samples> micros) {}

    /// t = fixed + each · x, least squares of relative errors: small steps count as much as large ones.
    ///
    /// @param worst largest relative error of a point
    public record Fit(double fixed, double each, double worst) {
        /// The fit of `points` that have times; empty with fewer than three.
        public static Optional<Fit> of(List<Point> points) {
            List<Point> timed = points.stream().filter(p -> p.micros().isPresent()).toList();
            return of(timed.stream().mapToDouble(Point::at).toArray(), timed.stream().mapToDouble(p -> p.micros().orElseThrow().median()).toArray());
        }

        /// The fit of times `t` at `x`; empty with fewer than three.
        static Optional<Fit> of(double[] x, double[] t) {
            if (x.length < 3) {
                return Optional.empty();
            }
            double a = 0, b = 0, c = 0, d = 0, e = 0; // normal equations of Σ ((fixed + each x) / t - 1)²
            for (int i = 0; i < x.length; i++) {
                double u = 1 / t[i], v = x[i] / t[i];
                a += u * u;
                b += u * v;
                c += v * v;
                d += u;
                e += v;
            }
            double det = a * c - b * b;
            double fixed = (d * c - b * e) / det;
            double each = (a * e - b * d) / det;
            double worst = IntStream.range(0, x.length).mapToDouble(i -> Math.abs((fixed + each * x[i]) / t[i] - 1)).max().orElseThrow();
            return Optional.of(new Fit(fixed, each, worst));
        }
    }

    private final VaeSpec spec;
    private final int batch;
    private final Turns.Effort effort;

    Scale(VaeSpec spec, int batch, Turns.Effort effort) {
        this.spec = spec;
        this.batch = batch;
        this.effort = effort;
    }

    /// Where on an axis.
    record Place(Axis axis, int at) {}

    /// Times the points of `axes` on `backend`, all in turns; for threads on cpu backends of its own.
    ///
    /// @throws BackendUnavailableException if the backend's times mean nothing
    public static List<Point> of(Backend backend, List<Axis> axes, VaeSpec spec, int batch, Consumer<String> progress) {
        List<Place> places = axes.stream().flatMap(axis -> axis.points().stream().map(x -> new Place(axis, x))).toList();
        progress.accept("timing " + places.size() + " points of " + axes.stream().map(Axis::flag).collect(Collectors.joining(", ")) + " on " + backend.device() + ", in turns");
        return new Scale(spec, batch, Turns.Effort.FULL).points(backend, places);
    }

    /// @throws BackendUnavailableException if the backend's times mean nothing
    public static void requireTimed(Backend backend) {
        if (!backend.timed()) {
            throw new BackendUnavailableException("times of " + backend.device() + " mean nothing, so nothing can be scaled there; use cpu, or cuda on a GPU");
        }
    }

    List<Point> points(Backend backend, List<Place> places) {
        requireTimed(backend);
        if (!backend.name().equals("cpu") && places.stream().anyMatch(p -> p.axis() == Axis.THREADS)) {
            throw new IllegalArgumentException("threads are those of the cpu backend; leave the axis out for " + backend.name());
        }
        List<Backend> own = new ArrayList<>();
        List<String> ran = new ArrayList<>();
        List<Executable> loaded = new ArrayList<>();
        Map<String, Examples> data = new HashMap<>();
        try {
            for (Place place : places) {
                Backend on = place.axis() == Axis.THREADS ? new CpuBackend(place.at()) : backend;
                if (on != backend) {
                    own.add(on);
                }
                ran.add(on.device());
                loaded.add(load(on, place, data));
            }
            List<Samples> micros = new Turns(loaded, effort).micros();
            return IntStream.range(0, places.size()).mapToObj(i -> new Point(places.get(i).axis(), places.get(i).at(), backend.name(),
                    loaded.get(i).plan().graph().spec().shape(), loaded.get(i).plan().batch(), ran.get(i), Optional.of(micros.get(i)))).toList();
        } finally {
            loaded.forEach(Executable::close);
            own.forEach(Backend::close);
        }
    }

    /// @param data examples that others of their size have drawn: all points are loaded at once
    private Executable load(Backend on, Place place, Map<String, Examples> data) {
        int x = place.at();
        VaeSpec net = switch (place.axis()) {
            case BATCH, THREADS -> spec;
            case WIDTH -> VaeSpec.of(spec.features(), spec.encoderHidden().stream().map(w -> x).toList(), spec.latent()).withActivation(spec.activation());
            case LATENT -> VaeSpec.of(spec.features(), spec.encoderHidden(), x).withActivation(spec.activation());
        };
        int rows = place.axis() == Axis.BATCH ? x : batch;
        TrainSpec train = TrainSpec.standard(1, 1).withBatchSize(rows);
        int count = Math.max(EXAMPLES, 2 * rows) / rows * rows;
        Plan plan = Plan.of(Graphs.training(net, train.optimizer(), train.clipNorm(), train.binarization()), on.fusion(), rows);
        Examples examples = data.computeIfAbsent(net.features() + " " + count, size -> Workload.examples(net.features(), count));
        Executable executable = on.load(plan, new Feed.Training(examples, new StepTable(train, net.objective(), count)));
        Workload.start(executable);
        return executable;
    }

    /// As a results file, one row per point; rows of a point that lies on several axes say where those differ.
    public static BenchResults results(List<Point> points, Map<String, String> environment) {
        return CommonPoints.marked(new BenchResults("scale", environment, points.stream().map(p -> {
            Map<String, String> facts = new LinkedHashMap<>(Map.of("kind", "scale"));
            facts.put("axis", p.axis().flag());
            facts.put("at", String.valueOf(p.at()));
            facts.put("net", p.shape());
            facts.put("batch", String.valueOf(p.batch()));
            return new BenchResults.Row("%s %d, %s".formatted(p.axis().flag(), p.at(), p.backend()), "µs",
                    List.of(new BenchResults.Series(p.backend(), p.ran(), p.micros())), facts);
        }).toList()));
    }
}
