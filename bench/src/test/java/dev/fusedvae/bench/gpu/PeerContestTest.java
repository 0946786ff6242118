package dev.fusedvae.bench.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.bench.Contestant;
import dev.fusedvae.bench.Course;
import dev.fusedvae.bench.Nets;
import dev.fusedvae.bench.Proof;
import dev.fusedvae.bench.Side;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.Comparison;
import dev.fusedvae.lab.PeerTable;
import dev.fusedvae.spec.FusionLevel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contest of the GPU session, on the CPU path, against a shell script in the place of torch_vae.py.
class PeerContestTest {
    private static final String NET = "36-8-2:4";
    private static final Examples EXAMPLES = examples();
    private static final Side SIDE = new Side("cpu", Fusion.of(FusionLevel.LAYER), () -> new CpuBackend(1));
    private static final Map<String, String> ENVIRONMENT =
            Map.of("commit", "abc", "date", "2026-01-01", "machine", "test", "device", "none", "jdk", "25");

    @TempDir
    Path folder;
    private double[] losses = {};

    private static Examples examples() {
        byte[] pixels = new byte[64 * 36];
        new Random(1).nextBytes(pixels);
        return Nets.pixels(pixels, 36);
    }

    @BeforeEach
    void ourLosses() {
        try (Contestant ours = Contestant.training(SIDE, new Course("36-8-2", 4, EXAMPLES, Steps.WINDOW), 1)) {
            losses = ours.losses(Proof.SHOWN);
        }
    }

    /// The row against a peer of two modes that answers `same` and `heldout` so; `raw` refuses `same`.
    private BenchResults.Row row(String net, List<String> modes, double[] same, String heldOut) {
        try {
            Files.writeString(folder.resolve("torch_vae.py"), """
                    echo '{"peer": "fake", "version": "1", "python": "3", "device": "none", "threads": 1}'
                    while read -r command mode rest; do
                        case "$command $mode" in
                            "same raw") echo '{"error": "raw draws its own noise"}' ;;
                            same*) echo '{"losses": %s}' ;;
                            step*) echo '{"msMedian": 2, "loss": 7.5}' ;;
                            settle*) echo '{"loss": 7}' ;;
                            heldout*) echo '{"negativeElbo": %s}' ;;
                            *) exit 0 ;;
                        esac
                    done
                    """.formatted(Arrays.toString(same), heldOut));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        PeerContest contest = new PeerContest(SIDE, EXAMPLES, EXAMPLES, Comparison.FEWEST); // fewer turns claim no ratio
        assertEquals("fake 1, Python 3, none, 1 threads", contest.start("torch", Path.of("sh"), folder, List.of()));
        try {
            return contest.row(net, modes);
        } finally {
            contest.end();
        }
    }

    private String heldOut() {
        return row(NET, List.of("torch:eager"), losses, "0").facts().get("heldOutNegativeElbo fusedvae").split(", ")[0];
    }

    private static String ratio(BenchResults.Row row) {
        String line = PeerTable.markdown(new BenchResults("peers", ENVIRONMENT, List.of(row))).getLast();
        return line.substring(line.lastIndexOf('|', line.length() - 2) + 2, line.length() - 2);
    }

    @Test
    void equalLossesAndElbo_giveARatio() {
        BenchResults.Row row = row(NET, List.of("torch:eager", "torch:graph"), losses, heldOut());
        assertFalse(row.facts().containsKey("noRatio"), row.facts().toString());
        assertTrue(ratio(row).matches("\\*\\*[0-9.]+\\*\\* \\([0-9.]+–[0-9.]+\\)"), ratio(row));
        assertEquals("7.50", row.facts().get("loss torch eager"));
        assertTrue(row.of(PeerTable.OURS).isPresent() && row.of("torch graph").isPresent(), row.toString());
    }

    @Test
    void heldOutElboThatIsOff_givesTimesAndNoRatio() {
        double far = Double.parseDouble(heldOut()) + 5;
        BenchResults.Row row = row(NET, List.of("torch:eager"), losses, Double.toString(far));
        assertTrue(ratio(row).matches("none: held-out ELBO of torch eager is [45]\\.[0-9] nats off"), ratio(row));
        assertEquals(2, row.of("torch eager").orElseThrow().median());
    }

    @Test
    void lossesThatDiffer_giveTimesAndNoRatio() {
        losses[3] *= 1.001;
        BenchResults.Row row = row(NET, List.of("torch:eager"), losses, heldOut());
        assertTrue(ratio(row).startsWith("none: losses of torch eager differ by 1.0e-03"), ratio(row));
    }

    @Test
    void oneModeThatCannotShowItsLosses_takesTheRatioOfTheRow() {
        BenchResults.Row row = row(NET, List.of("torch:eager", "torch:raw"), losses, heldOut());
        assertTrue(ratio(row).startsWith("none: torch raw could not be asked for its losses: torch refused 'same raw"), ratio(row));
        assertTrue(row.of("torch raw").isPresent() && row.of("torch eager").isPresent(), row.toString());
    }

    @Test
    void rowForItsTimesAlone_hasNoRatio() {
        BenchResults.Row row = row(NET + ":times", List.of("torch:eager"), losses, "0");
        assertEquals("none: not proven: the row was run for its times alone", ratio(row));
        assertTrue(row.of("torch eager").isPresent(), row.toString());
    }

    @Test
    void peerThatIsNotThere_isARowThatSaysSo() {
        PeerContest contest = new PeerContest(SIDE, EXAMPLES, EXAMPLES, 1);
        contest.start("jax", folder.resolve("no-python"), folder, List.of());
        BenchResults.Row row = contest.row(NET, List.of("jax:jit"));
        assertTrue(row.series().getLast().ran().contains("no-python cannot be started"), row.toString());
        assertEquals("–", ratio(row));
    }

    @Test
    void anotherWordBehindANet_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> new PeerContest(SIDE, EXAMPLES, EXAMPLES, 1).row(NET + ":fast", List.of()));
    }
}
