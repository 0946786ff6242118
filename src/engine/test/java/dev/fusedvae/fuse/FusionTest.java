package dev.fusedvae.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.VendorFusion;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Op;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.run.CudaChoice.Vendor;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FusionTest {
    private static final Graph CANONICAL = Graphs.training(VaeSpec.of(784, List.of(400), 20), new OptimizerSpec.Adam(1e-3),
            OptionalDouble.empty(), Binarization.NONE);

    private static List<Kind> kinds(Fusion fusion) {
        return Plan.of(CANONICAL, fusion, 128).calls().stream().map(c -> c.op().kind()).toList();
    }

    @Test
    void ruleLeftOut_makesNothing_andThePrimitiveOpsStayTheSame() {
        for (FusionLevel level : FusionLevel.values()) {
            Set<Op> all = new HashSet<>(CANONICAL.ops());
            for (Kind kind : EnumSet.range(Kind.LINEAR_BIAS_ACT, Kind.SCALAR_UPDATE)) {
                Plan plan = Plan.of(CANONICAL, Fusion.of(level).without(Set.of(kind)), 128);
                assertTrue(plan.calls().stream().noneMatch(c -> c.op().kind() == kind), level + " without " + kind);
                List<Op> ops = plan.calls().stream().flatMap(c -> c.op().ops().stream()).toList();
                assertEquals(all.size(), ops.size(), level + " without " + kind);
                assertEquals(all, new HashSet<>(ops), level + " without " + kind);
            }
        }
    }

    @Test
    void nothingLeftOut_isTheLevel() {
        for (FusionLevel level : FusionLevel.values()) {
            assertEquals(Plan.of(CANONICAL, level, 128), Plan.of(CANONICAL, Fusion.of(level).without(Set.of()), 128));
        }
    }

    @Test
    void vendorParts_leaveTheirOpsAloneAndKeepOtherFusions() {
        assertEquals(41, kinds(vendor(FusionLevel.NONE)).size());
        List<Kind> kinds = kinds(vendor(FusionLevel.EPILOGUE));
        assertEquals(4, kinds.stream().filter(k -> k == Kind.LINEAR).count());
        assertTrue(kinds.containsAll(Set.of(Kind.NOISE, Kind.LIKELIHOOD_GRAD, Kind.LATENT_GRAD, Kind.MULTI_TENSOR_UPDATE)), kinds.toString());
        assertEquals(17 + 4 + 2 + 2 + 4 + 2, kinds.size(), "biases, activations, their derivatives, bias gradients; noise and KL: " + kinds);
    }

    private static Fusion vendor(FusionLevel level) {
        return VendorFusion.of(CudaChoice.DEFAULT.withVendor(Set.of(Vendor.GEMM, Vendor.NOISE)), level);
    }

    @Test
    void plan_saysWhatWasLeftOut() {
        Plan plan = Plan.of(CANONICAL, Fusion.of(FusionLevel.EPILOGUE).without(Set.of(Kind.REPARAM_KL)), 128);
        assertEquals(List.of("fusion epilogue without reparam_kl, as was asked for"), plan.notes());
    }
}
