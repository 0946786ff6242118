package dev.fusedvae.bench;

import dev.fusedvae.results.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The processes of all peers: started when first needed, kept warm until the contest ends.
///
/// PyTorch can change its number of threads while it runs; XLA and OpenMP fix theirs at the start, so JAX and DL4J have a process
/// for each number.
final class Peers implements AutoCloseable {
    static final String TORCH = "torch";
    static final String JAX = "jax";
    static final String DL4J = "dl4j";
    /// Steps of DL4J before any is timed: a step takes about fifty milliseconds and does not get faster.
    private static final int DL4J_WARM = 100;

    private final Path folder;
    private final Peer.Setting setting;
    private final Map<String, Peer> running = new LinkedHashMap<>();
    private final Map<String, String> absent = new LinkedHashMap<>();
    private final Map<String, String> said = new LinkedHashMap<>();

    /// @param folder `bench/peers`
    Peers(Path folder, Peer.Setting setting) {
        this.folder = folder;
        this.setting = setting;
    }

    /// The peer `name`, on `threads` threads.
    ///
    /// @throws Peer.Absent if it is not installed, has ended, or takes no such number; always with the same reason
    Peer get(String name, int threads) throws Peer.Absent {
        boolean adjusts = name.equals(TORCH);
        String key = adjusts ? name : name + " " + threads;
        if (absent.containsKey(key)) {
            throw new Peer.Absent(absent.get(key));
        }
        try {
            if (!running.containsKey(key)) {
                running.put(key, start(name, threads));
            }
            Peer peer = running.get(key);
            if (adjusts) {
                peer.ask("threads " + threads);
            }
            said.put(name + " " + threads, peer.describe());
            return peer;
        } catch (Peer.Absent e) {
            absent.put(key, e.getMessage());
            System.err.println(e.getMessage());
            throw e;
        }
    }

    private Peer start(String name, int threads) throws Peer.Absent {
        List<String> options = List.of("--threads", Integer.toString(threads), "--warm", Integer.toString(name.equals(DL4J) ? Math.min(setting.warm(), DL4J_WARM) : setting.warm()),
                "--images", setting.images().toString(), "--test-images", setting.test().toString());
        if (!name.equals(DL4J)) {
            return Peer.start(name, setting.python(), folder.resolve(name + "_vae.py"), options);
        }
        Path jar = folder.resolve("dl4j").resolve("target").resolve("dl4j-peer.jar");
        if (!Files.exists(jar)) {
            throw new Peer.Absent("dl4j is not here; fetch it (400 MB) by `" + Program.name() + " bench peers --setup-dl4j`");
        }
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-jar", jar.toString(), "--serve"));
        command.addAll(options);
        return Peer.start(name, command, Map.of("OMP_NUM_THREADS", Integer.toString(threads)));
    }

    /// What the peers that ran say of themselves, by name and threads.
    Map<String, String> describe() {
        Map<String, String> all = new LinkedHashMap<>(absent);
        all.putAll(said);
        return all;
    }

    @Override
    public void close() {
        running.values().forEach(Peer::close);
    }
}
