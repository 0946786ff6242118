package dev.fusedvae.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.PeerTable;
import dev.fusedvae.spec.FusionLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContestTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("commit", "abc", "date", "2026-01-01", "machine", "test", "device", "none", "jdk", "25");

    @Test
    void peersThatAreNotInstalled_areRowsThatSayWhy(@TempDir Path folder) {
        Examples examples = Nets.randomPixels(64, 784);
        Peer.Setting setting = new Peer.Setting(folder.resolve("no-python"), folder.resolve("i"), folder.resolve("t"), 1, 40);
        try (Peers peers = new Peers(folder, setting)) {
            BenchResults.Row row = new Contest(peers, examples, examples, setting, 1).run(new Entry.Dl4j("784-8-2", 4));
            assertTrue(row.of(PeerTable.OURS).isPresent());
            BenchResults.Series dl4j = row.series().getLast();
            assertEquals("dl4j fit", dl4j.who());
            assertTrue(dl4j.samples().isEmpty());
            assertEquals("dl4j is not here; fetch it (400 MB) by `fvae bench peers --setup-dl4j`", dl4j.ran());
            BenchResults.Row encode = new Contest(peers, examples, examples, setting, 1).run(new Entry.Encode(2, 1));
            assertTrue(encode.series().get(1).ran().contains("no-python cannot be started"), encode.series().get(1).ran());
            assertTrue(PeerTable.markdown(new BenchResults("peers", ENVIRONMENT, List.of(row))).getLast().contains("none: DL4J"));
        }
    }

    /// A training row against a shell script in the place of torch_vae.py; JAX is not there.
    private static BenchResults.Row row(Path folder, double[] same, String heldOut) throws IOException {
        Files.writeString(folder.resolve("torch_vae.py"), """
                echo '{"peer": "fake", "version": "1", "python": "3", "device": "none", "threads": 1}'
                while read -r command rest; do
                    case $command in
                        same) echo '{"losses": %s}' ;;
                        step) echo '{"msMedian": 2}' ;;
                        heldout) echo '{"negativeElbo": %s}' ;;
                        quit) exit 0 ;;
                        *) echo '{}' ;;
                    esac
                done
                """.formatted(Arrays.toString(same), heldOut));
        Examples examples = Nets.randomPixels(64, 36);
        Peer.Setting setting = new Peer.Setting(Path.of("sh"), folder.resolve("i"), folder.resolve("t"), 1, 60);
        try (Peers peers = new Peers(folder, setting)) {
            return new Contest(peers, examples, examples, setting, 1).run(new Entry.Train("36-8-2", 4));
        }
    }

    @Test
    void trainingRow_hasARatioOnlyWhereThoseWithTimesProveTheirs(@TempDir Path folder) throws IOException {
        double[] losses;
        Side side = new Side("cpu", Fusion.of(FusionLevel.LAYER), () -> new CpuBackend(1));
        try (Contestant ours = Contestant.training(side, new Course("36-8-2", 4, Nets.randomPixels(64, 36), Contestant.WINDOW), 1)) {
            losses = ours.losses(Proof.SHOWN);
        }
        BenchResults.Row far = row(folder, losses, "1000");
        assertTrue(far.facts().get("noRatio").matches("held-out ELBO of torch eager is 9[0-9]{2}\\.[0-9] nats off; .*fused.*; .*compile.*"), far.facts().toString());
        assertTrue(far.of("torch eager").isPresent() && far.of("jax scan").isEmpty(), far.toString());
        BenchResults.Row near = row(folder, losses, far.facts().get("heldOutNegativeElbo fusedvae").split(", ")[1]);
        assertFalse(near.facts().containsKey("noRatio"), near.facts().toString());
        losses[0] += 1;
        assertTrue(row(folder, losses, "1000").facts().get("noRatio").startsWith("losses of torch eager differ by"));
    }

    /// A row of encoders against a shell script in the place of torch_vae.py, which starts with two threads.
    private static BenchResults.Row encoders(Path folder, String means) throws IOException {
        Files.writeString(folder.resolve("torch_vae.py"), """
                echo '{"peer": "fake", "version": "1", "python": "3", "device": "none", "threads": 2}'
                while read -r command rest; do
                    case $command in
                        threads) echo '{"threads": 1}' ;;
                        mean) echo '%s' ;;
                        encode) echo '{"msMedian": 2}' ;;
                        quit) exit 0 ;;
                        *) echo '{"error": "no such command"}' ;;
                    esac
                done
                """.formatted(means));
        Examples examples = Nets.randomPixels(8, 784);
        Peer.Setting setting = new Peer.Setting(Path.of("sh"), folder.resolve("i"), folder.resolve("t"), 2, 60);
        try (Peers peers = new Peers(folder, setting)) {
            return new Contest(peers, examples, examples, setting, 1).run(new Entry.Encode(2, 1));
        }
    }

    @Test
    void encodersRow_hasARatioOnlyWhereThoseWithTimesGiveOurMeans(@TempDir Path folder) throws IOException {
        float[] means;
        Side side = new Side("cpu", Fusion.of(FusionLevel.LAYER), () -> new CpuBackend(1));
        try (Contestant ours = Contestant.encoder(side, new Course("S", 2, Nets.randomPixels(8, 784), Contestant.WINDOW))) {
            means = ours.means();
        }
        assertEquals(2 * 20, means.length);
        BenchResults.Row right = encoders(folder, "{\"means\": " + Arrays.toString(means) + "}");
        assertFalse(right.facts().containsKey("noRatio"), right.facts().toString());
        // a float, printed as a float, is not to the last bit what it is as a double
        assertTrue(Double.parseDouble(right.facts().get("meansDiffer torch compile")) < 1e-6, right.facts().toString());
        assertEquals("fake 1, Python 3, none, 1 threads, eager", right.series().get(1).ran());
        means[39] += 1;
        BenchResults.Row wrong = encoders(folder, "{\"means\": " + Arrays.toString(means) + "}");
        assertTrue(wrong.facts().get("noRatio").matches("means of torch eager differ by .*; means of torch compile differ by .*"), wrong.facts().toString());
        assertTrue(wrong.of("torch eager").isPresent(), wrong.toString());
        BenchResults.Row none = encoders(folder, "{\"error\": \"no such command\"}");
        assertTrue(none.facts().get("noRatio").startsWith("torch eager could not be asked for its means: torch refused 'mean eager S 2 "), none.facts().toString());
    }

    @Test
    void rowThatFails_keepsItsReason(@TempDir Path folder) {
        Examples narrow = Nets.randomPixels(64, 10);
        Peer.Setting setting = new Peer.Setting(folder.resolve("no-python"), folder.resolve("i"), folder.resolve("t"), 1, 40);
        try (Peers peers = new Peers(folder, setting)) {
            BenchResults.Row row = new Contest(peers, narrow, narrow, setting, 1).run(new Entry.Train("S", 4));
            assertEquals("train S, batch 4", row.name());
            assertTrue(row.of(PeerTable.OURS).isEmpty());
            assertEquals("failed: the plan reads rows of 784 values, the data has 10", row.series().getFirst().ran());
        }
    }
}
