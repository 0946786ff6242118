package dev.fusedvae.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.data.DataFiles;
import dev.fusedvae.data.DataSet;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The engine against PyTorch on the CPU, in turns: A B C D A B C D …, medians of the turns, ratios within one run.
///
///     java --add-modules jdk.incubator.vector -cp 'bench/target/classes:bench/target/lib/*' dev.fusedvae.bench.Contest \
///         PYTHON bench/peers/torch_vae.py IMAGES RESULT.json [ROUNDS [NET:BATCH ...]]
public final class Contest {
    private static final int WARM = 1500;
    private static final List<String> MODES = List.of("eager", "fused", "compile");

    private final TorchPeer torch;
    private final Examples examples;
    private final int rounds;
    private final ObjectNode result = new ObjectMapper().createObjectNode();

    private Contest(TorchPeer torch, Examples examples, int rounds) {
        this.torch = torch;
        this.examples = examples;
        this.rounds = rounds;
    }

    public static void main(String[] args) throws IOException {
        if (args.length < 4) {
            System.err.println("usage: Contest PYTHON torch_vae.py IMAGES RESULT.json [ROUNDS [NET:BATCH ...]]");
            System.exit(2);
        }
        Path images = Path.of(args[2]);
        DataSet data = DataFiles.read(images);
        int rounds = args.length > 4 ? Integer.parseInt(args[4]) : 7;
        List<String> contests = args.length > 5 ? List.of(args).subList(5, args.length) : List.of("I:20", "S:128", "S:1024", "big:256");
        try (TorchPeer torch = new TorchPeer(Path.of(args[0]), Path.of(args[1]),
                List.of("--threads", "2", "--warm", Integer.toString(WARM), "--images", images.toString()))) {
            Contest contest = new Contest(torch, Nets.pixels(data.bytes(), data.features()), rounds);
            contest.environment();
            for (String c : contests) {
                contest.train(c.split(":")[0], Integer.parseInt(c.split(":")[1]));
            }
            contest.encode(1, 1);
            contest.encode(1, 2);
            contest.encode(1024, 2);
            Files.createDirectories(Path.of(args[3]).toAbsolutePath().getParent());
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(Path.of(args[3]).toFile(), contest.result);
        }
    }

    private void environment() throws IOException {
        result.put("what", "training step and encoder, FusedVAE on the CPU path against PyTorch, interleaved in one run");
        result.put("date", Instant.now().toString());
        result.put("jdk", Runtime.version().toString());
        result.put("flags", String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
        result.put("cpu", Files.readAllLines(Path.of("/proc/cpuinfo")).stream().filter(l -> l.startsWith("model name")).findFirst().orElse("unknown"));
        result.put("processors", Runtime.getRuntime().availableProcessors());
        result.put("rounds", rounds);
        result.put("stepsBeforeTiming", WARM);
        result.set("torch", torch.environment());
    }

    private void train(String net, int batch) {
        int steps = batch >= 256 ? 40 : batch >= 128 ? 120 : 400;
        List<double[]> times = new ArrayList<>();
        try (Contestant engine = new Contestant(Nets.spec(net), batch, 2, examples)) {
            engine.run(WARM);
            for (int round = 0; round <= rounds; round++) {
                double[] turn = new double[1 + MODES.size()];
                calm();
                engine.run(20);
                turn[0] = engine.millisAStep(steps);
                for (int m = 0; m < MODES.size(); m++) {
                    turn[1 + m] = torch.ask("step %s %s %d %d".formatted(MODES.get(m), net, batch, steps)).get("msMedian").asDouble();
                }
                if (round > 0) {
                    times.add(turn);
                }
            }
            ObjectNode row = row("train " + net + " batch " + batch, times, MODES);
            row.put("arenaBytes", engine.arenaBytes());
            row.put("peakResidentBytes", peakBytes());
            row.put("loss", engine.loss());
        }
    }

    private void encode(int batch, int threads) {
        torch.ask("threads " + threads);
        int calls = batch == 1 ? 4000 : 60;
        List<double[]> times = new ArrayList<>();
        try (Contestant engine = Contestant.encoder(Nets.spec("S"), batch, threads, examples)) {
            engine.run(batch == 1 ? 100_000 : 1000);
            for (int round = 0; round <= rounds; round++) {
                calm();
                engine.run(20);
                double[] turn = {engine.millisAStep(calls),
                    torch.ask("encode eager S %d %d".formatted(batch, calls)).get("msMedian").asDouble(),
                    torch.ask("encode compile S %d %d".formatted(batch, calls)).get("msMedian").asDouble()};
                if (round > 0) {
                    times.add(turn);
                }
            }
        }
        row("encode S batch " + batch + " threads " + threads, times, List.of("eager", "compile"));
        torch.ask("threads 2");
    }

    /// Lets the other side's threads go to sleep before the clock starts.
    private static void calm() {
        try {
            Thread.sleep(400);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ObjectNode row(String name, List<double[]> times, List<String> modes) {
        ObjectNode row = result.withArray("/rows").addObject();
        row.put("name", name);
        double ours = put(row, "fusedvae", column(times, 0));
        double best = Double.MAX_VALUE;
        int fastest = 0;
        for (int m = 0; m < modes.size(); m++) {
            double median = put(row, modes.get(m), column(times, 1 + m));
            if (median < best) {
                best = median;
                fastest = m;
            }
        }
        int f = fastest;
        double[] ratios = times.stream().mapToDouble(t -> t[1 + f] / t[0]).sorted().toArray();
        row.put("fastestPeer", modes.get(f));
        row.put("ratio", ratios[ratios.length / 2]);
        row.put("ratioMin", ratios[0]);
        row.put("ratioMax", ratios[ratios.length - 1]);
        System.out.printf(Locale.ROOT, "%-28s fusedvae %8.4f ms   fastest peer (%s) %8.4f ms   ratio %.2f (%.2f..%.2f)%n",
                name, ours, modes.get(f), best, ratios[ratios.length / 2], ratios[0], ratios[ratios.length - 1]);
        return row;
    }

    private static double put(ObjectNode row, String name, double[] sorted) {
        ObjectNode node = row.putObject(name);
        double median = sorted[sorted.length / 2];
        node.put("msMedian", median).put("msMin", sorted[0]).put("msMax", sorted[sorted.length - 1]);
        ArrayNode turns = node.putArray("ms");
        Arrays.stream(sorted).forEach(turns::add);
        return median;
    }

    private static double[] column(List<double[]> times, int c) {
        return times.stream().mapToDouble(t -> t[c]).sorted().toArray();
    }

    /// The largest resident set of this JVM so far, or −1 where /proc does not tell.
    private static long peakBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(l -> l.startsWith("VmHWM"))
                    .mapToLong(l -> 1024 * Long.parseLong(l.replaceAll("\\D", ""))).findFirst().orElse(-1);
        } catch (IOException e) {
            return -1;
        }
    }
}
