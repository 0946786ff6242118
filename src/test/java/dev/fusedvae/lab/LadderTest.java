package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.BackendUnavailableException;
import dev.fusedvae.backend.CudaChoice;
import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.backend.cuda.Probe;
import dev.fusedvae.fuse.Kind;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("simt")
class LadderTest {

    private static final Ladder.Opener SIMT = new Ladder.Opener() {
        @Override
        public Backend variant(Kind kind, String variant) {
            Map<String, String> env = new HashMap<>(System.getenv());
            env.put(Probe.VARIABLE, "simt");
            env.put("XDG_CACHE_HOME", Path.of("target", "cache").toAbsolutePath().toString());
            try {
                return CudaBackend.open(env, variant.isEmpty() ? CudaChoice.DEFAULT : CudaChoice.DEFAULT.withVariants(Map.of(kind.label(), variant)));
            } catch (BackendUnavailableException e) {
                return Assumptions.abort("skipped: " + e.getMessage());
            }
        }

        @Override
        public Backend cublas() {
            throw new AssertionError("nothing is timed on the SIMT device");
        }
    };

    @Test
    void everyRung_isVerified_andNothingIsTimedWithoutAGpu() {
        Ladder.Climbed climbed = Ladder.climb(SIMT, Kind.LINEAR_BACKWARD_WEIGHT_BIAS, List.of("13of17x35-21-5-11-35"));
        assertTrue(climbed.passed());
        assertEquals(List.of("1_naive", "2_tiled"), climbed.rungs().stream().map(Ladder.Rung::variant).toList().subList(0, 2));
        assertTrue(climbed.rungs().stream().allMatch(r -> r.times().isEmpty() && r.report().calls() > 0), climbed.toString());
        assertTrue(climbed.roofs().isEmpty() && climbed.notes().getFirst().startsWith("nothing is timed on SIMT device"), climbed.notes().toString());
    }

    @Test
    void opThatNoPlanHas_isRefused() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Ladder.climb(SIMT, Kind.SCALAR_UPDATE, List.of("13of17x35-21-5-11-35"))).getMessage()
                .contains("no plan of these shapes has a call of scalar_update"));
    }
}
