package dev.fusedvae.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Peers that do not behave; a shell stands in for their scripts.
class PeerTest {
    private static Peer start(String script) throws Peer.Absent {
        return Peer.start("torch", List.of("sh", "-c", script), Map.of());
    }

    @Test
    void peerThatEndsInTheMiddle_saysWhenAndHow_alsoToThoseWhoAskLater() throws Exception {
        try (Peer peer = start("echo '{\"peer\": \"x\"}'; read command; kill -9 $$")) {
            String expected = "torch ended at 'step eager S 128 40' with exit code 137; stderr has its message";
            assertEquals(expected, assertThrows(Peer.Absent.class, () -> peer.ask("step eager S 128 40")).getMessage());
            assertEquals(expected, assertThrows(Peer.Absent.class, () -> peer.ask("threads 2")).getMessage());
        }
    }

    @Test
    void peerThatHangs_isEnded_andThoseWhoAskLaterHearWhy() throws Exception {
        try (Peer peer = Peer.start("torch", List.of("sh", "-c", "echo '{}'; exec sleep 600"), Map.of(), Duration.ofSeconds(5))) {
            String expected = "torch gave no answer to 'step eager S 128 40' in 5 s and was ended";
            assertEquals(expected, assertThrows(Peer.Absent.class, () -> peer.ask("step eager S 128 40")).getMessage());
            assertEquals(expected, assertThrows(Peer.Absent.class, () -> peer.ask("threads 2")).getMessage());
        }
    }

    @Test
    void peerThatIsNotThere_isSaidToBeMissing() {
        assertEquals("torch is not installed; stderr has its message", assertThrows(Peer.Absent.class, () -> start("exit 1")).getMessage());
        assertEquals(true, assertThrows(Peer.Absent.class, () -> Peer.start("torch", List.of("no-such-program"), Map.of())).getMessage()
                .startsWith("no-such-program cannot be started: "));
    }

    @Test
    void threadsInForce_areThoseOfTheLastAnswerThatTellsThem() throws Exception {
        String script = """
                echo '{"peer": "torch", "version": "2", "python": "3", "device": "x86", "threads": 2}'
                read c; echo '{"threads": 1}'; read c; echo '{"msMedian": 2}'; read c""";
        try (Peer peer = start(script)) {
            assertEquals("torch 2, Python 3, x86, 2 threads", peer.describe());
            peer.ask("threads 1");
            assertEquals("torch 2, Python 3, x86, 1 threads", peer.describe());
            peer.ask("encode eager S 1 20");
            assertEquals("torch 2, Python 3, x86, 1 threads", peer.describe());
        }
    }

    @Test
    void refusalAndNonsense_areOneSentence() throws Exception {
        try (Peer peer = start("echo '{}'; read c; echo '{\"error\": \"no such net\"}'; read c; echo nonsense; read c")) {
            assertEquals("torch refused 'a': no such net", assertThrows(Peer.Absent.class, () -> peer.ask("a")).getMessage());
            assertEquals(1, assertThrows(Peer.Absent.class, () -> peer.ask("b")).getMessage().lines().count());
        }
    }
}
