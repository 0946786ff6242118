package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.VendorFusion;
import dev.fusedvae.backend.cuda.lowering.Replay;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.RbmSpec;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The ways to run the steps of a restricted Boltzmann machine on the SIMT device: by graphs, by single launches, with cuBLAS.
@Tag("simt")
class RbmReplayTest {
    private static final List<RbmTrial> TRIALS = List.of(new RbmTrial(new RbmSpec(13, 9, 2, false), 4, 11),
            new RbmTrial(new RbmSpec(13, 9, 2, true), 4, 11));
    /// A first step, two large graphs, a tail.
    private static final int STEPS = 1 + 2 * Replay.STEPS + 5;

    @Test
    void replay_hasTheBitsOfTheStream() {
        try (CudaBackend stream = Simt.open(CudaChoice.DEFAULT.withReplay(CudaChoice.Replay.STREAM));
                CudaBackend graphs = Simt.open(CudaChoice.DEFAULT.withReplay(CudaChoice.Replay.GRAPH))) {
            for (RbmTrial trial : TRIALS) {
                for (FusionLevel level : List.of(FusionLevel.EPILOGUE, FusionLevel.LAYER)) {
                    RbmTrial.Left expected = trial.run(stream, Fusion.of(level), STEPS);
                    RbmTrial.Left actual = trial.run(graphs, Fusion.of(level), STEPS);
                    assertArrayEquals(expected.losses(), actual.losses());
                    for (int t = 0; t < expected.state().size(); t++) {
                        assertArrayEquals(expected.state().get(t), actual.state().get(t), trial.spec() + " " + level + " tensor " + t);
                    }
                }
            }
        }
    }

    @Test
    void vendorProducts_giveTheLossesOfOurOwn() {
        CudaChoice choice = CudaChoice.DEFAULT.withVendor(Set.of(CudaChoice.Vendor.GEMM));
        Fusion fusion = VendorFusion.of(choice, FusionLevel.EPILOGUE);
        try (CudaBackend own = Simt.open(); CudaBackend vendor = Simt.open(choice)) {
            for (RbmTrial trial : TRIALS) {
                assertTrue(trial.plan(fusion).calls().stream().anyMatch(c -> c.op().kind() == Kind.LINEAR), "products by themselves");
                double[] expected = trial.run(own, Fusion.of(FusionLevel.EPILOGUE), 10).losses();
                double[] actual = trial.run(vendor, fusion, 10).losses();
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], actual[i], 1e-4 * Math.abs(expected[i]), trial.spec() + " value " + i);
                }
            }
        }
    }
}
