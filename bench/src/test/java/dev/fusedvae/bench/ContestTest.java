package dev.fusedvae.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.PeerTable;
import java.nio.file.Path;
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
            assertEquals("dl4j is not here; fetch it (400 MB) by `./fvae bench peers --setup-dl4j`", dl4j.ran());
            BenchResults.Row encode = new Contest(peers, examples, examples, setting, 1).run(new Entry.Encode(2, 1));
            assertTrue(encode.series().get(1).ran().contains("no-python cannot be started"), encode.series().get(1).ran());
            assertTrue(PeerTable.markdown(new BenchResults("peers", ENVIRONMENT, List.of(row))).getLast().contains("none: DL4J"));
        }
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
