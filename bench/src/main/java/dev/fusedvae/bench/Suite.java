package dev.fusedvae.bench;

import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.plan.Call;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;

/// Everything that `fvae bench` measures of the engine alone.
final class Suite {
    /// The words that name parts of it, in the order in which they run.
    static final List<String> WHAT = List.of("kernels", "steps", "epochs", "inference", "data", "noise", "launch");

    /// Bytes that an invocation may appear to allocate beyond the harness's own: the smallest object takes 16.
    static final OptionalDouble NOTHING = OptionalDouble.of(8);

    private static final String HUGE_PAGES = "-XX:+UseTransparentHugePages";

    private final boolean quick;
    private final String threads = Integer.toString(Runtime.getRuntime().availableProcessors());
    private final List<Task> tasks = new ArrayList<>();

    private Suite(boolean quick) {
        this.quick = quick;
    }

    /// The tasks that `what` names.
    static List<Task> of(Set<String> what, boolean quick) {
        Suite suite = new Suite(quick);
        for (String part : WHAT) {
            if (what.contains(part)) {
                switch (part) {
                    case "kernels" -> suite.kernels();
                    case "steps" -> suite.steps();
                    case "epochs" -> suite.epochs();
                    case "inference" -> suite.inference();
                    case "data" -> suite.data();
                    case "noise" -> suite.noise();
                    default -> suite.launch();
                }
            }
        }
        return List.copyOf(suite.tasks);
    }

    private void kernels() {
        if (quick) {
            kernels("S", "128", "layer");
            return;
        }
        for (String level : List.of("none", "epilogue", "layer")) {
            kernels("S", "128", level);
        }
        kernels("I", "20", "layer");
        kernels("big", "256", "layer");
    }

    /// Every distinct call of a plan; calls of one title differ in nothing that takes time.
    private void kernels(String net, String batch, String level) {
        List<Call> calls = KernelBench.plan(net, Integer.parseInt(batch), level).calls();
        Set<String> seen = new HashSet<>();
        for (int i : IntStream.range(0, calls.size()).filter(i -> seen.add(calls.get(i).title())).toArray()) {
            add("kernels", KernelBench.class, "call", Map.of("net", List.of(net), "batch", List.of(batch), "fusion", List.of(level),
                    "call", List.of(Integer.toString(i)), "threads", List.of(threads)),
                    "kernel " + calls.get(i).title() + ", {net} batch {batch} {fusion}", "cpu, alone, {threads} threads", Figure.MICROS, NOTHING);
        }
    }

    private void steps() {
        for (String net : quick ? List.of("S:128") : List.of("S:128", "I:20", "big:256")) {
            String[] words = net.split(":");
            add("steps", StepBench.class, "step", Map.of("net", List.of(words[0]), "batch", List.of(words[1]), "fusion", List.of("none", "epilogue", "layer"),
                    "threads", List.of(threads), "backend", List.of("cpu"), "replay", List.of("graph")),
                    "step {net} batch {batch} {fusion}", "{backend}, {threads} threads", Figure.MICROS, NOTHING);
            gpu().ifPresent(device -> add("steps", StepBench.class, "step", Map.of("net", List.of(words[0]), "batch", List.of(words[1]),
                    "fusion", List.of("none", "epilogue", "layer"), "threads", List.of("1"), "backend", List.of(Devices.GPU), "replay", List.of("graph")),
                    "step {net} batch {batch} {fusion} on cuda", device, Figure.MICROS, OptionalDouble.empty()));
            if (!Devices.hugePages().equals("never")) {
                hugePages(words[0], words[1]);
            }
        }
    }

    /// Beside the published figures: the same step with the arena in huge pages.
    private void hugePages(String net, String batch) {
        tasks.add(new Task("steps", StepBench.class, "step", Map.of("net", List.of(net), "batch", List.of(batch), "fusion", List.of("layer"),
                "threads", List.of(threads), "backend", List.of("cpu"), "replay", List.of("graph")),
                "step {net} batch {batch} {fusion}, " + HUGE_PAGES, "{backend}, {threads} threads, " + HUGE_PAGES, Figure.MICROS, NOTHING, List.of(HUGE_PAGES)));
    }

    private void epochs() {
        String data = Catalogue.lookup("mnist", Optional.empty(), System.getenv()).found().isPresent() ? "mnist" : "random";
        add("epochs", EpochBench.class, "epoch", Map.of("net", List.of("S"), "batch", List.of("128"), "data", List.of(data), "threads", List.of(threads),
                "backend", List.of("cpu")), "epoch S batch 128 layer, {data}", "{backend}, {threads} threads", Figure.SECONDS, OptionalDouble.empty());
        gpu().ifPresent(device -> add("epochs", EpochBench.class, "epoch", Map.of("net", List.of("S"), "batch", List.of("128"), "data", List.of(data),
                "threads", List.of("1"), "backend", List.of(Devices.GPU)), "epoch S batch 128 layer, {data}, on cuda", device, Figure.SECONDS,
                OptionalDouble.empty()));
    }

    private void inference() {
        for (String half : List.of("encode", "decode")) {
            add("inference", InferenceBench.class, half, Map.of("net", List.of("S"), "batch", List.of("1", "32", "1024"), "threads", List.of(threads)),
                    "session " + half + " {net} batch {batch}", "cpu, {threads} threads", Figure.MICROS, NOTHING);
        }
    }

    private void data() {
        add("data", DataBench.class, "gather", Map.of("binarization", quick ? List.of("none", "dynamic") : List.of("none", "threshold", "dynamic"),
                "threads", List.of(threads)), "data 784 bytes, binarization {binarization}", "cpu, {threads} threads", Figure.EXAMPLES, NOTHING);
    }

    private void noise() {
        add("noise", NoiseBench.class, "normals", Map.of("columns", quick ? List.of("64") : List.of("32", "64", "512")),
                "noise, rows of {columns}", "cpu, 1 thread", Figure.NORMALS, NOTHING);
    }

    /// On a GPU where there is one, else on the stand-in, and then every row says so.
    private void launch() {
        String device = Devices.launching();
        String mark = device.equals(Devices.STAND_IN) ? ", on the " + Devices.MARK : "";
        String on = gpu().orElse(Devices.MARK);
        add("launch", LaunchBench.class, "launch", Map.of("launcher", List.of("jcuda", "ffm"), "device", List.of(device)),
                "launch by {launcher}" + mark, on + ", {launcher}; the host's call alone", Figure.NANOS, NOTHING);
        add("launch", StepBench.class, "graph", Map.of("net", List.of("16-8-2"), "batch", List.of("4"), "fusion", List.of("layer"), "threads", List.of("1"),
                "backend", List.of(device), "replay", List.of("graph", "stream")),
                "step {net} batch 4 by {replay}" + mark, on + ", jcuda, {replay}", Figure.MICROS, OptionalDouble.empty());
    }

    /// The GPU, if one is ready.
    private static Optional<String> gpu() {
        return switch (Devices.gpu()) {
            case Probe.Outcome.Ready ready -> Optional.of(ready.device());
            case Probe.Outcome.Refused refused -> Optional.empty();
        };
    }

    private void add(String what, Class<?> bench, String method, Map<String, List<String>> parameters, String name, String ran, Figure figure,
                     OptionalDouble allocation) {
        tasks.add(new Task(what, bench, method, parameters, name, ran, figure, allocation, List.of()));
    }
}
