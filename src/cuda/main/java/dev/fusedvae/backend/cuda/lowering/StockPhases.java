package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.kernels.Architecture;
import dev.fusedvae.backend.cuda.kernels.KernelFolder;
import dev.fusedvae.backend.cuda.kernels.KernelSource;
import dev.fusedvae.backend.cuda.kernels.Variants;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.RbmGraphs;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.RbmSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// The phases of common nets at level LAYER, which the build compiles. The source of a phase is generated from a plan, so on a machine
/// without a compiler a jar can run only nets whose phases are among these.
///
/// A phase depends on the variants of its calls and on their number, but not on sizes, so few phases serve many nets. These are for
/// 0 to [#DEEPEST] hidden layers on each side, latents narrower and wider than the tiled variants need, a learned variance, clipping,
/// layers so wide that the latent phases are split, and restricted Boltzmann machines.
public final class StockPhases {
    static final int DEEPEST = 4;
    private static final Fusion RULES = Fusion.of(FusionLevel.LAYER).within(RowBlocks.BUDGET);
    private static final int BATCH = 128;
    private static final int FEATURES = 784;
    private static final int HIDDEN = 400;
    /// Nets so wide that the latent phases are split, each of their fused ops on its own.
    private static final int WIDE = 2048;
    private static final int WIDE_LATENT = 128;
    private static final int WIDE_BATCH = 1024;
    private static final int DEEPEST_WIDE = 2;
    /// Latents narrower and wider than the tiled variants need.
    private static final List<Integer> RBM_BATCHES = List.of(20, BATCH);
    private static final List<Integer> LATENTS = List.of(2, 10, 20, 50);
    private static final List<Likelihood> LIKELIHOODS = List.of(new Likelihood.Bernoulli(), new Likelihood.GaussianScalar());

    private StockPhases() {}

    /// All phases, each once, for all architectures that the build compiles for.
    public static Collection<KernelSource.Phase> of(KernelFolder folder) {
        Map<String, KernelSource.Phase> found = new LinkedHashMap<>();
        List<Plan> plans = plans();
        for (String architecture : Architecture.PACKED) {
            Variants variants = new Variants(folder, Architecture.of(architecture), Map.of());
            plans.forEach(plan -> of(plan, variants).forEach(phase -> found.putIfAbsent(phase.name(), phase)));
        }
        return found.values();
    }

    /// The phases of a plan that have several calls.
    public static List<KernelSource.Phase> of(Plan plan, Variants variants) {
        List<KernelSource.Phase> phases = new ArrayList<>();
        for (Phase phase : plan.phases()) {
            switch (Launched.Chosen.of(phase, variants, plan.batch()).source()) {
                case KernelSource.Phase several -> phases.add(several);
                case KernelSource.Variant alone -> { }
                case KernelSource.Written other -> { }
            }
        }
        return phases;
    }

    /// Plans of training only, because the phases of inference have one call each.
    private static List<Plan> plans() {
        List<Plan> plans = new ArrayList<>();
        for (int encoder = 0; encoder <= DEEPEST; encoder++) {
            for (int decoder = 0; decoder <= DEEPEST; decoder++) {
                for (int latent : LATENTS) {
                    for (Likelihood likelihood : LIKELIHOODS) {
                        add(spec(encoder, latent, decoder, HIDDEN, likelihood), BATCH, plans);
                    }
                }
            }
        }
        for (int depth = 1; depth <= DEEPEST_WIDE; depth++) {
            add(spec(depth, WIDE_LATENT, depth, WIDE, LIKELIHOODS.getFirst()), WIDE_BATCH, plans);
        }
        for (int batch : RBM_BATCHES) {
            for (int gibbsSteps = 1; gibbsSteps <= 2; gibbsSteps++) {
                plans.add(rbm(gibbsSteps, false, batch));
                plans.add(rbm(gibbsSteps, true, batch));
            }
        }
        return plans;
    }

    private static Plan rbm(int gibbsSteps, boolean persistent, int batch) {
        RbmSpec spec = new RbmSpec(FEATURES, HIDDEN, gibbsSteps, persistent);
        return Plan.of(RbmGraphs.training(spec, new OptimizerSpec.Sgd(1e-2, 0), Binarization.NONE), RULES, batch);
    }

    private static void add(VaeSpec spec, int batch, List<Plan> plans) {
        for (OptionalDouble clip : List.of(OptionalDouble.empty(), OptionalDouble.of(1))) {
            plans.add(Plan.of(Graphs.training(spec, new OptimizerSpec.Adam(1e-3), clip, Binarization.NONE), RULES, batch));
        }
    }

    private static VaeSpec spec(int encoder, int latent, int decoder, int hidden, Likelihood likelihood) {
        return new VaeSpec(FEATURES, Collections.nCopies(encoder, hidden), latent, Collections.nCopies(decoder, hidden),
                Activation.RELU, true, likelihood, new Objective.Vae(1, 0));
    }
}
