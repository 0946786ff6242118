package dev.fusedvae.backend.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.check.Trial;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The backward pass against central differences of the loss, in double.
class GradientTest {
    private static final long SEED = 4;

    private static Trial trial(VaeSpec spec, int batch, long seed) {
        return Trial.of(spec, batch, batch + 3, seed).with(new OptimizerSpec.Sgd(0.1, 0));
    }

    private static boolean holds(Trial trial) {
        try (FiniteDifferences differences = new FiniteDifferences(trial)) {
            return differences.holds(new Random(SEED));
        }
    }

    private static void check(Trial trial) {
        try (FiniteDifferences differences = new FiniteDifferences(trial)) {
            differences.check(new Random(SEED));
        }
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void gradients_areThoseOfTheLoss_throughEveryActivation(Activation activation) {
        check(trial(VaeSpec.of(7, List.of(6, 5), 3).withActivation(activation), 4, SEED));
    }

    @Test
    void gradients_areThoseOfTheLoss_ofEveryLikelihoodAndObjective() {
        for (Likelihood likelihood : Trial.LIKELIHOODS) {
            for (Objective objective : Trial.OBJECTIVES) {
                if (objective instanceof Objective.Iwae iwae && iwae.dreg()) {
                    continue; // not the gradient of the bound for given noise, but another estimator of its mean: DregTest
                }
                check(trial(VaeSpec.of(5, List.of(6), 3).withActivation(Activation.TANH).withLikelihood(likelihood).withObjective(objective), 3, SEED));
            }
        }
    }

    @Test
    void gradients_areThoseOfTheLoss_overRandomSpecs() {
        Random random = new Random(SEED);
        Set<Class<?>> ops = new HashSet<>();
        Set<Object> kinds = new HashSet<>();
        int onKinks = 0; // such a start says nothing, and the same spec starts elsewhere
        for (int i = 0; i < 80; i++) {
            VaeSpec spec = Trial.anySpec(random, i % 4, i / 4 % 4);
            if (spec.objective() instanceof Objective.Iwae iwae && iwae.dreg()) {
                spec = spec.withObjective(new Objective.Iwae(iwae.samples(), false));
            }
            Trial trial = trial(spec, 1 + random.nextInt(6), SEED + i);
            trial.graph().ops().forEach(op -> ops.add(op.getClass()));
            kinds.addAll(List.of(spec.activation(), spec.likelihood().flag(), spec.objective().flag(), spec.bias()));
            if (!holds(trial)) {
                onKinks++;
                check(trial(spec, trial.train().batchSize(), SEED + 80 + i));
            }
        }
        assertTrue(onKinks <= 4, onKinks + " of 80 specs started on a kink");
        Set<Class<?>> all = members(Op.class).collect(Collectors.toSet());
        all.remove(Op.SquaredNorm.class); // clipping only
        all.removeAll(Set.of(Op.BernoulliSample.class, Op.Contrast.class)); // of an rbm, whose gradient is no derivative of a loss: RbmTest
        assertEquals(all, ops);
        assertEquals(Activation.values().length + Trial.LIKELIHOODS.size() + 4 + 2, kinds.size());
    }

    /// What a sealed family permits in the end: its records, and those of the families in it.
    private static Stream<Class<?>> members(Class<?> family) {
        return family.isSealed() ? Arrays.stream(family.getPermittedSubclasses()).flatMap(GradientTest::members) : Stream.of(family);
    }

    /// Beyond the clamp of a log-variance the loss is flat in it, and its neighbours' gradients are untouched.
    @Test
    void gradients_ofClampedLogVariancesAreZero() {
        VaeSpec spec = VaeSpec.of(5, List.of(6), 3).withActivation(Activation.TANH);
        try (FiniteDifferences differences = new FiniteDifferences(trial(spec, 3, SEED))) {
            Tensor bias = differences.graph().tensor("heads.bias");
            differences.set(bias, 3, -40);
            differences.check(new Random(SEED));
            double[] gradient = differences.gradient(bias);
            assertEquals(0, gradient[3]);
            assertTrue(gradient[0] != 0 && gradient[4] != 0);
        }
        for (double logVar : new double[] {-35, 25}) {
            VaeSpec learned = spec.withLikelihood(new Likelihood.GaussianScalar());
            try (FiniteDifferences differences = new FiniteDifferences(trial(learned, 3, SEED))) {
                Tensor scalar = differences.graph().tensor("likelihood.log_var");
                differences.set(scalar, 0, logVar);
                differences.check(new Random(SEED));
                assertEquals(0, differences.gradient(scalar)[0]);
            }
        }
        VaeSpec perFeature = spec.withLikelihood(new Likelihood.GaussianFeature());
        try (FiniteDifferences differences = new FiniteDifferences(trial(perFeature, 3, SEED))) {
            Tensor bias = differences.graph().tensor("decoder.2.bias");
            differences.set(bias, 5, 25);
            differences.check(new Random(SEED));
            assertEquals(0, differences.gradient(bias)[5]);
            assertTrue(differences.gradient(bias)[6] != 0);
        }
    }

    @Test
    void gradients_ofTheLastBatchAreAveragedOverItsOwnRows() {
        Trial trial = Trial.of(VaeSpec.of(5, List.of(4), 2).withActivation(Activation.TANH), 4, 5, SEED);
        try (FiniteDifferences differences = new FiniteDifferences(trial, 1)) {
            differences.check(new Random(SEED));
        }
    }
}
