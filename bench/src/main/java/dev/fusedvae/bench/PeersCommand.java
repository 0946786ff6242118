package dev.fusedvae.bench;

import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.DataFiles;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Lookup;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.PeerTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The engine against PyTorch and JAX.
@Command(name = "peers", mixinStandardHelpOptions = true, description = {"Time training steps and encoding against PyTorch and JAX, in turns, same mathematics and data.",
    "Rules: the mean over the batch as loss; the data resident; gather, noise, loss, gradient and Adam inside the timing; fp32, no TF32;",
    "same weights, order and, for the first 20 losses, same noise; full batches; medians of interleaved turns; under 6 %% is noise."})
final class PeersCommand implements Callable<Integer> {
    private static final Path PEERS = Outputs.root().resolve("bench").resolve("peers");
    private static final Path ENVIRONMENT = PEERS.resolve(".venv");
    private static final List<String> SCRIPTS = List.of("torch", "jax");

    @Option(names = "--python", paramLabel = "FILE", description = "a Python with the peers' libraries (default: bench/peers/.venv, else python3)")
    Optional<Path> python = Optional.empty();

    @Option(names = "--setup", description = "first make bench/peers/.venv with bench/peers/requirements.txt (downloads about 1 GB)")
    boolean setup;

    @Option(names = "--rows", split = " ", paramLabel = "ROW", description = "what to run: NET:BATCH, encode:BATCH:THREADS (default: ${DEFAULT-VALUE})")
    List<String> rows = List.of("I:20", "S:128", "S:1024", "big:256", "encode:1:1", "encode:1:2", "encode:1024:2");

    @Option(names = "--rounds", description = "turns of everyone that count (default: ${DEFAULT-VALUE})")
    int rounds = 7;

    @Option(names = "--warm", description = "steps of everyone before any counts (default: ${DEFAULT-VALUE})")
    int warm = 1500;

    @Option(names = "--threads", description = "threads of everyone (default: ${DEFAULT-VALUE})")
    int threads = 2;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "where MNIST lies (default: as `fvae data list` says)")
    Optional<Path> dataDir = Optional.empty();

    @Option(names = "--out", paramLabel = "FILE", description = "the results file (default: bench/results/DATE-MACHINE-peers.json)")
    Optional<Path> out = Optional.empty();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path file = out.orElseGet(() -> Outputs.results("peers"));
        Outputs.require(file);
        if (setup) {
            setup();
        }
        Peer.Setting setting = setting();
        Map<String, Peer> peers = new LinkedHashMap<>();
        Map<String, String> absent = new LinkedHashMap<>();
        try {
            for (String name : SCRIPTS) {
                start(name, setting, peers, absent);
            }
            contest(setting, peers, absent).write(file);
        } finally {
            peers.values().forEach(Peer::close);
        }
        System.err.println("wrote " + file);
        return 0;
    }

    private static void start(String name, Peer.Setting setting, Map<String, Peer> peers, Map<String, String> absent) {
        try {
            peers.put(name, Peer.start(name, PEERS.resolve(name + "_vae.py"), setting));
        } catch (Peer.Absent e) {
            absent.put(name, e.getMessage());
            System.err.println(e.getMessage());
        }
    }

    private BenchResults contest(Peer.Setting setting, Map<String, Peer> peers, Map<String, String> absent) {
        DataSet train = DataFiles.read(setting.images());
        DataSet test = DataFiles.read(setting.test());
        Contest contest = new Contest(peers, absent, Nets.pixels(train.bytes(), train.features()), Nets.pixels(test.bytes(), test.features()), setting, rounds);
        List<BenchResults.Row> done = new ArrayList<>();
        Map<String, String> environment = Machine.environment("cpu, " + threads + " threads");
        peers.forEach((name, peer) -> environment.put(name, peer.describe()));
        for (String row : rows) {
            String[] words = row.split(":");
            done.add(words[0].equals("encode") ? contest.encode(Integer.parseInt(words[1]), Integer.parseInt(words[2]))
                    : contest.train(words[0], Integer.parseInt(words[1])));
            PeerTable.markdown(new BenchResults("peers", environment, List.of(done.getLast()))).stream().skip(done.size() == 1 ? 0 : 2).forEach(System.out::println);
        }
        return new BenchResults("peers", environment, done);
    }

    private Peer.Setting setting() throws IOException {
        Path own = ENVIRONMENT.resolve("bin").resolve("python");
        Path program = python.orElseGet(() -> Files.isExecutable(own) ? own : Path.of("python3"));
        Path folder = Catalogue.lookup("mnist", dataDir, System.getenv()).found().flatMap(Lookup.Place::folder)
                .orElseThrow(() -> new IOException("the contest runs on MNIST, which was not found; run `fvae data fetch mnist` or name its folder by --data-dir"));
        return new Peer.Setting(program, idx(folder, "train-images"), idx(folder, "t10k-images"), threads, warm);
    }

    private static Path idx(Path folder, String name) throws IOException {
        try (Stream<Path> files = Files.walk(folder, 2)) {
            return files.filter(f -> f.getFileName().toString().startsWith(name)).sorted().findFirst()
                    .orElseThrow(() -> new IOException("there is no IDX file " + name + "* in " + folder + "; the peers read IDX"));
        }
    }

    private static void setup() throws IOException, InterruptedException {
        Path pip = ENVIRONMENT.resolve("bin").resolve("pip");
        for (List<String> command : List.of(List.of("python3", "-m", "venv", ENVIRONMENT.toString()),
                List.of(pip.toString(), "install", "-r", PEERS.resolve("requirements.txt").toString()))) {
            int status = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (status != 0) {
                throw new IOException("the peers could not be set up: '" + String.join(" ", command) + "' gave " + status + "; its messages are above");
            }
        }
    }
}
