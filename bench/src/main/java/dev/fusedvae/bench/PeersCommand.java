package dev.fusedvae.bench;

import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.DataFiles;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Lookup;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.Conditions;
import dev.fusedvae.lab.PeerTable;
import dev.fusedvae.results.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The engine against PyTorch, JAX and DL4J.
@Command(name = "peers", mixinStandardHelpOptions = true, description = {"Time training steps and encoding against PyTorch, JAX and DL4J, in turns, same mathematics and data.",
    PeersCommand.RULES, PeerTable.RULE, "Runs our CPU path only, also where a GPU is ready: bench/gpu/run measures there."})
final class PeersCommand implements Callable<Integer> {
    /// The rules of timing, printed in the help and below every contest.
    static final String RULES = "Rules: the mean over the batch as loss; the data resident; gather, noise, loss, gradient and Adam inside the timing; fp32, no TF32;"
            + " same weights, order and, for the first 20 losses, same noise; full batches; medians of interleaved turns; less than a factor of 1.06 is noise;"
            + " a ratio only where those losses agree to 1e-4 and, after the turns, at least three epochs and some steps at a low rate, the held-out ELBO lies within"
            + " 1 nat of what three seeds of the engine span, and of encoders only where their means on the same weights agree to 1e-4 of the largest.";
    private static final Path PEERS = Outputs.root().resolve("bench").resolve("peers");
    private static final Path ENVIRONMENT = PEERS.resolve(".venv");
    private static final List<String> ROWS = List.of("I:20", "I:128", "I@iwae50:20", "S:128", "S:1024", "big:64", "big:256", "dl4j:S:128",
            "encode:1:1", "encode:1:2", "encode:1024:2");
    private static final List<String> QUICK_ROWS = List.of("S:128", "encode:1:2");
    private static final int QUICK_ROUNDS = 3;
    private static final int QUICK_WARM = 200;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--python", paramLabel = "FILE", description = "a Python with the peers' libraries (default: bench/peers/.venv, else python3)")
    Optional<Path> python = Optional.empty();

    @Option(names = "--setup", description = "first make bench/peers/.venv with bench/peers/requirements.txt (downloads about 1 GB)")
    boolean setup;

    @Option(names = "--setup-dl4j", description = "first build bench/peers/dl4j (downloads about 400 MB)")
    boolean setupDl4j;

    @Option(names = "--rows", split = ",", paramLabel = "ROW,...", hideParamSyntax = true, description = "what to run, separated by commas: NET:BATCH, NET@iwaeK:BATCH, encode:BATCH:THREADS, dl4j:NET:BATCH"
            + " (default: I:20,I:128,I@iwae50:20,S:128,S:1024,big:64,big:256,dl4j:S:128,encode:1:1,encode:1:2,encode:1024:2)")
    List<String> rows = List.of();

    @Option(names = "--rounds", description = "turns of each contestant that count (default: 7)")
    Optional<Integer> rounds = Optional.empty();

    @Option(names = "--warm", description = "steps of each contestant before any counts (default: 1500)")
    Optional<Integer> warm = Optional.empty();

    @Option(names = "--quick", description = "S:128 and encode:1:2, 3 turns after 200 steps: a quick look; too short for a table")
    boolean quick;

    @Option(names = "--dense", description = "MNIST without a zero, black being 1 of 255: the engine skips products with zeros, such as black pixels")
    boolean dense;

    @Option(names = "--json", description = "print the results as JSON")
    boolean json;

    @Option(names = "--threads", description = "threads of each contestant (default: ${DEFAULT-VALUE})")
    int threads = 2;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "where MNIST lies (default: where the command data list finds it)")
    Optional<Path> dataDir = Optional.empty();

    @Option(names = "--out", paramLabel = "FILE", description = "the results file (default: bench/results/DATE-MACHINE-peers.json)")
    Optional<Path> out = Optional.empty();

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Entry> entries = entries();
        atLeastOne("--rounds", rounds.orElse(1));
        atLeastOne("--warm", warm.orElse(1));
        atLeastOne("--threads", threads);
        Path file = out.orElseGet(() -> Outputs.results("peers" + (dense ? "-dense" : "") + (quick ? "-quick" : "")));
        Outputs.require(file);
        gpuNote(Probe.of(System.getenv())).ifPresent(System.err::println);
        if (setup) {
            setup();
        }
        if (setupDl4j) {
            run(List.of("mvn", "-q", "-B", "-f", PEERS.resolve("dl4j").toString(), "package"));
        }
        BenchResults results;
        try (DenseImages copies = new DenseImages()) {
            Peer.Setting usual = setting();
            Peer.Setting setting = !dense ? usual
                    : new Peer.Setting(usual.python(), copies.of(usual.images()), copies.of(usual.test()), usual.threads(), usual.warm());
            try (Peers peers = new Peers(PEERS, setting)) {
                results = contest(setting, peers, entries);
            }
        }
        results.write(file);
        if (json) {
            System.out.println(results.tree().toPrettyString());
        }
        System.err.println("wrote " + file);
        return 0;
    }

    /// What to say where a GPU is ready, which this contest does not use.
    static Optional<String> gpuNote(Probe.Outcome found) {
        return switch (found) {
            case Probe.Outcome.Ready ready when ready.architecture().equals("simt") -> Optional.empty(); // no GPU, kernels on the CPU
            case Probe.Outcome.Ready ready -> Optional.of("a GPU is ready (" + ready.device()
                    + "), but this contest runs our CPU path only; bench/gpu/run measures the engine and its peers on the GPU");
            case Probe.Outcome.Refused _ -> Optional.empty();
        };
    }

    private void atLeastOne(String option, int value) {
        if (value < 1) {
            throw new CommandLine.ParameterException(spec.commandLine(), option + " must be >= 1, got " + value);
        }
    }

    private List<Entry> entries() {
        try {
            return Entry.parseAll(!rows.isEmpty() ? rows : quick ? QUICK_ROWS : ROWS);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private BenchResults contest(Peer.Setting setting, Peers peers, List<Entry> entries) {
        DataSet train = DataFiles.read(setting.images());
        DataSet test = DataFiles.read(setting.test());
        Contest contest = new Contest(peers, Nets.pixels(train.bytes(), train.features()), Nets.pixels(test.bytes(), test.features()), setting,
                rounds.orElse(quick ? QUICK_ROUNDS : 7));
        List<BenchResults.Row> done = new ArrayList<>();
        Map<String, String> environment = Conditions.of("cpu, " + threads + " threads", Outputs.root());
        environment.put("driver", "none");
        environment.put("data", dense ? "MNIST without a zero: black is 1 of 255" : "MNIST");
        environment.put("inputEncoding", Nets.INPUT_ENCODING);
        environment.put("rounds", Integer.toString(rounds.orElse(quick ? QUICK_ROUNDS : 7)));
        environment.put("stepsBeforeTiming", Integer.toString(setting.warm()));
        for (Entry entry : entries) {
            done.add(contest.run(entry));
            List<String> lines = PeerTable.markdown(new BenchResults("peers", environment, List.of(done.getLast())));
            (json ? System.err : System.out).println(String.join(System.lineSeparator(), lines));
        }
        environment.putAll(peers.describe());
        BenchResults results = new BenchResults("peers", environment, done);
        Tables.contest(results).forEach((json ? System.err : System.out)::println);
        return results;
    }

    private Peer.Setting setting() throws IOException {
        Path own = ENVIRONMENT.resolve("bin").resolve("python");
        Path program = python.orElseGet(() -> Files.isExecutable(own) ? own : Path.of("python3"));
        Path folder = Catalogue.lookup("mnist", dataDir, System.getenv()).found().flatMap(Lookup.Place::folder)
                .orElseThrow(() -> new IOException("the contest runs on MNIST, which was not found; run `" + Program.name() + " data fetch mnist` or name its folder by --data-dir"));
        return new Peer.Setting(program, idx(folder, "train-images"), idx(folder, "t10k-images"), threads, warm.orElse(quick ? QUICK_WARM : 1500));
    }

    private static Path idx(Path folder, String name) throws IOException {
        try (Stream<Path> files = Files.walk(folder, 2)) {
            return files.filter(f -> f.getFileName().toString().startsWith(name)).sorted().findFirst()
                    .orElseThrow(() -> new IOException("there is no IDX file " + name + "* in " + folder + "; the peers read IDX"));
        }
    }

    private static void setup() throws IOException, InterruptedException {
        Path pip = ENVIRONMENT.resolve("bin").resolve("pip");
        run(List.of("python3", "-m", "venv", ENVIRONMENT.toString()));
        run(List.of(pip.toString(), "install", "-r", PEERS.resolve("requirements.txt").toString()));
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IOException("the peers could not be set up: '" + String.join(" ", command) + "' gave " + status + "; its messages are above");
        }
    }
}
