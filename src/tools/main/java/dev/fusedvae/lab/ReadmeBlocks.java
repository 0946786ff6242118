package dev.fusedvae.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.reproduce.Check;
import dev.fusedvae.reproduce.Outcome;
import dev.fusedvae.results.Json;
import dev.fusedvae.results.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The tables and other blocks that [ReadmePages] fills in, by name.
final class ReadmeBlocks {
    private static final String NO_CPU = "CPU model not recorded";
    private static final List<String> FIRST_ROWS = List.of("train S, batch 128", "train S, batch 1024", "train I, batch 20", "train big, batch 256", "encode S, batch 1, 2 threads");
    private static final List<String> TRAINING = List.of("train S, batch 128", "train S, batch 1024", "train I, batch 20", "train I, batch 128", "train big, batch 64", "train big, batch 256");
    private static final List<String> ENCODING = List.of("encode S, batch 1, 1 thread", "encode S, batch 1, 2 threads", "encode S, batch 1024, 2 threads");
    private static final String DL4J = "train S, batch 128, beside DL4J";
    private static final String STEP = "step 784-400-20-400-784 batch 128, cpu, ";
    private static final int STEPS_PER_EPOCH = 469;

    private final Path root;
    private final ReadmeFiles files;

    ReadmeBlocks(Path root, ReadmeFiles files) {
        this.root = root;
        this.files = files;
    }

    /// The lines of a block.
    ///
    /// @throws IoFailure if nobody knows the block, or if a figure of it is missing
    List<String> lines(String block) {
        return switch (block) {
            case "contest" -> contest();
            case "training" -> training();
            case "encoding" -> table("peers", ENCODING);
            case "dl4j" -> dl4j();
            case "nets" -> nets();
            case "same-step" -> sameStep();
            case "levels" -> levels();
            case "reproduce" -> reproduce();
            case "files" -> conditions();
            case "example" -> example();
            default -> throw new IoFailure(files.page() + " has a block '" + block + "'; known are contest, training, encoding, dl4j, nets, same-step, levels, reproduce, files and example");
        };
    }

    /// The rows of the README: us, the fastest mode of PyTorch and of JAX, the ratio.
    private List<String> contest() {
        List<String> lines = new ArrayList<>(List.of("| | FusedVAE | PyTorch, its fastest mode | JAX, its fastest mode | fastest peer ÷ FusedVAE |", "|---|---:|---:|---:|---:|"));
        for (String name : FIRST_ROWS) {
            BenchResults.Row row = files.row("peers", name);
            lines.add("| " + name + " | " + ReadmeValues.time(files.samples("peers", name, PeerTable.OURS).median(), row.unit()) + " | " + best(row, "torch") + " | " + best(row, "jax")
                    + " | " + PeerTable.ratio(row) + " |");
        }
        Map<String, String> environment = files.results("peers").environment();
        lines.add("");
        lines.add(machine(environment) + ", " + environment.get("date") + "; " + version(environment, "torch 2") + ", " + version(environment, "jax 2") + ", JDK " + environment.get("jdk")
                + "; [every sample](" + files.link("peers") + ").");
        return lines;
    }

    /// The shortest median of a peer's modes, with the mode.
    private String best(BenchResults.Row row, String peer) {
        BenchResults.Series best = row.series().stream().filter(s -> s.who().startsWith(peer + " ") && s.samples().isPresent())
                .min(Comparator.comparingDouble(s -> s.samples().orElseThrow().median()))
                .orElseThrow(() -> new IoFailure(files.newest("peers") + ", row '" + row.name() + "' has no time of " + peer + ", and " + files.page() + " shows it"));
        return ReadmeValues.time(best.samples().orElseThrow().median(), row.unit()) + " (" + best.who().substring(peer.length() + 1) + ")";
    }

    private String version(Map<String, String> environment, String peer) {
        String said = Optional.ofNullable(environment.get(peer)).orElseThrow(() -> new IoFailure(files.newest("peers") + " does not say the version of " + peer.split(" ")[0]));
        String[] words = said.split(",")[0].split(" ");
        return (words[0].equals("torch") ? "PyTorch " : "JAX ") + words[1].replaceAll("\\+.*", "");
    }

    private static String machine(Map<String, String> environment) {
        return environment.get("machine") + " (" + environment.getOrDefault("cpu", NO_CPU) + ")";
    }

    /// Every peer of the rows, which must have a time in each of them.
    private List<String> table(String kind, List<String> names) {
        Set<String> peers = new LinkedHashSet<>();
        names.forEach(name -> files.row(kind, name).series().stream().map(BenchResults.Series::who).filter(w -> !w.equals(PeerTable.OURS)).forEach(peers::add));
        List<String> lines = new ArrayList<>();
        lines.add("| | FusedVAE | " + String.join(" | ", peers) + " | fastest peer ÷ FusedVAE |");
        lines.add("|---" + "|---:".repeat(peers.size() + 2) + "|");
        names.forEach(name -> lines.add(line(kind, name, peers)));
        return lines;
    }

    private String line(String kind, String name, Set<String> peers) {
        BenchResults.Row row = files.row(kind, name);
        StringBuilder line = new StringBuilder("| ").append(name).append(" | ").append(ReadmeValues.time(files.samples(kind, name, PeerTable.OURS).median(), row.unit()));
        peers.forEach(who -> line.append(" | ").append(ReadmeValues.time(files.samples(kind, name, who).median(), row.unit())));
        return line.append(" | ").append(PeerTable.ratio(row)).append(" |").toString();
    }

    /// The training rows, the one with importance weights behind them, the rule of the last column and the picture.
    private List<String> training() {
        List<String> lines = new ArrayList<>(table("peers", TRAINING));
        lines.add(table("iwae50", List.of("train I@iwae50, batch 20")).getLast());
        lines.add("");
        lines.add(PeerTable.RULE);
        lines.add("");
        lines.add("![Time of each peer as a multiple of FusedVAE's](" + files.link(root.resolve(ReadmePictures.PEERS)) + ")");
        return lines;
    }

    private List<String> dl4j() {
        BenchResults.Row row = files.row("peers", DL4J);
        return List.of("| | FusedVAE | DL4J |", "|---|---:|---:|", "| train S, batch 128 | " + ReadmeValues.time(files.samples("peers", DL4J, PeerTable.OURS).median(), row.unit())
                + " | " + ReadmeValues.time(files.samples("peers", DL4J, "dl4j fit").median(), row.unit()) + " |");
    }

    /// What the short names of nets stand for, as the results of the steps say it.
    private List<String> nets() {
        List<String> lines = new ArrayList<>(List.of("| name | widths, activation, likelihood, objective |", "|---|---|"));
        for (String net : List.of("S batch 128", "I batch 20", "big batch 256")) {
            lines.add("| " + net.split(" ")[0] + " | " + files.fact("steps", "step " + net + " layer", "spec") + " |");
        }
        return lines;
    }

    /// A step of S at batch 128 in every file that times one.
    private List<String> sameStep() {
        List<String> lines = new ArrayList<>(List.of("| results | how it was timed | a step of S at batch 128 | load average at the start |", "|---|---|---:|---:|"));
        step(lines, "peers", "train S, batch 128", PeerTable.OURS, 1, "MNIST, in turns with five modes of peers, 120 steps per turn");
        step(lines, "peers", DL4J, PeerTable.OURS, 1, "MNIST, in turns with DL4J alone, 20 steps per turn");
        step(lines, "peers-dense", "train S, batch 128", PeerTable.OURS, 1, "images without a zero, in turns with five modes of peers");
        step(lines, "steps", "step S batch 128 layer", PeerTable.OURS, 1, "JMH, random pixels, the engine alone");
        step(lines, "ablation", STEP + "layer", "cpu", 1, "random pixels, in turns with the other fusion levels");
        step(lines, "scale", "batch 128, cpu", "cpu", 1, "random pixels, in turns with the other points");
        step(lines, "epochs", "epoch S batch 128 layer, mnist", PeerTable.OURS, STEPS_PER_EPOCH, "JMH, whole epochs of MNIST divided by " + STEPS_PER_EPOCH + " steps");
        return lines;
    }

    private void step(List<String> lines, String kind, String row, String who, int divisor, String how) {
        lines.add("| [" + kind + "](" + files.link(kind) + ") | " + how + " | " + ReadmeValues.time(files.samples(kind, row, who).median() / divisor, files.row(kind, row).unit())
                + " | " + files.results(kind).environment().getOrDefault("loadAverage", "not recorded") + " |");
    }

    /// What each fusion level launches, moves and takes on the cpu.
    private List<String> levels() {
        List<String> lines = new ArrayList<>(List.of("| fusion | launches per step | bytes moved per step | time per step on the CPU |", "|---|---:|---:|---:|"));
        for (String level : List.of("none", "epilogue", "layer")) {
            lines.add(String.format(Locale.ROOT, "| `%s` | %s | %.1f MB | %s |", level, files.fact("ablation", STEP + level, "launches"),
                    Double.parseDouble(files.fact("ablation", STEP + level, "bytes")) / 1e6, ReadmeValues.time(files.samples("ablation", STEP + level, "cpu").median(), "µs")));
        }
        return lines;
    }

    /// Published figures, what came out, and where.
    private List<String> reproduce() {
        Map<String, Placed> newest = newestOutcomes();
        List<String> lines = new ArrayList<>(List.of("| `./fvae reproduce` | quantity | got | must be | verdict | commit | measured on | device |", "|---|---|---:|---|---|---|---|---|"));
        for (Placed placed : newest.values()) {
            Outcome outcome = placed.outcome();
            boolean judged = outcome.checks().stream().anyMatch(Check::judged);
            for (Check check : outcome.checks()) {
                if (check.judged() || !judged && check.equals(outcome.checks().getFirst())) {
                    lines.add("| `" + name(outcome) + "` | " + check.what() + " | " + Check.number(check.got()) + " | " + (judged ? check.band() : "this result sets the figure") + " | "
                            + (!judged ? "first result" : check.passed() ? "met" : "**missed**") + " | " + outcome.machine().getOrDefault("commit", "not recorded").replaceAll("^([0-9a-f]{10})[0-9a-f]+", "$1") + " | "
                            + "[" + outcome.machine().get("date").substring(0, 10) + "](" + files.link(placed.file()) + ") | " + outcome.machine().get("device") + " |");
                }
            }
        }
        lines.add("");
        lines.add("Processors: " + String.join("; ", newest.values().stream().map(Placed::outcome).map(o -> o.machine().get("machine") + " (" + o.machine().getOrDefault("cpu", NO_CPU) + ")").distinct().toList()) + ".");
        return lines;
    }

    /// @param file where the result stands
    private record Placed(Outcome outcome, Path file) {}

    /// The newest result of every case: a run of hours stays while cheap cases are run again.
    private Map<String, Placed> newestOutcomes() {
        Map<String, Placed> newest = new LinkedHashMap<>();
        for (Path file : files.all("reproduce")) {
            outcomes(file).forEach(outcome -> newest.put(name(outcome), new Placed(outcome, file)));
        }
        return newest;
    }

    private static String name(Outcome outcome) {
        return outcome.row().equals(outcome.name()) ? outcome.row() : outcome.row() + "/" + outcome.name();
    }

    private static List<Outcome> outcomes(Path file) {
        List<Outcome> all = new ArrayList<>();
        JsonNode results = Json.read(file).path("results");
        results.forEach(one -> all.add(Outcome.of(one, file)));
        if (all.isEmpty()) {
            throw new IoFailure(file + " holds no results of reproduce; write what `" + Program.name() + " reproduce --json` prints");
        }
        return all;
    }

    /// Where each file was measured.
    private List<String> conditions() {
        List<String> lines = new ArrayList<>(List.of("| results | commit | date | machine | CPU | JDK | load average |", "|---|---|---|---|---|---|---:|"));
        try (Stream<Path> all = Files.list(root.resolve("bench/results"))) {
            for (Path file : all.filter(ReadmeBlocks::toShow).sorted().toList()) {
                Map<String, String> e = BenchResults.read(file).environment();
                lines.add(String.format("| [%s](%s) | %.10s | %s | %s | %s | %s | %s |", file.getFileName().toString().replaceAll("^[0-9-]{11}|\\.json$", ""), files.link(file), e.get("commit"), e.get("date"),
                        e.get("machine"), e.getOrDefault("cpu", "model not recorded"), e.get("jdk"), e.getOrDefault("loadAverage", "not recorded")));
            }
            return lines;
        } catch (IOException e) {
            throw new IoFailure("cannot list bench/results: " + e.getMessage(), e);
        }
    }

    /// Benchmarks; results of reproduce and of a GPU run have forms of their own, and quick ones are for a look and for no table.
    private static boolean toShow(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".json") && !name.endsWith("-quick.json") && Json.read(file).path("schema").asText().equals(BenchResults.SCHEMA);
    }

    /// The class that the embedding section shows, as it is compiled and run.
    private List<String> example() {
        Path file = root.resolve("src/example/main/java/example/Embedding.java");
        try {
            List<String> lines = new ArrayList<>(List.of("```java"));
            lines.addAll(Files.readAllLines(file));
            lines.add("```");
            return lines;
        } catch (IOException e) {
            throw new IoFailure("cannot read " + file + ", which " + files.page() + " shows: " + e.getMessage(), e);
        }
    }
}
