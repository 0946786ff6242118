package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.check.Tolerance;
import dev.fusedvae.check.Trial;
import dev.fusedvae.check.Verifier;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Prior;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every value that every call of a step leaves in memory, against the call's definition in double.
class CpuAgainstDefinitionTest {
    private static final long SEED = 20260729;

    private static Verifier.Report verify(Trial trial, FusionLevel level, int threads, long step) {
        try (CpuBackend backend = new CpuBackend(threads)) {
            Plan plan = Verifier.watched(trial.plan(level));
            CpuExecutable executable = backend.load(plan, trial.feed());
            Verifier.Report report = Verifier.step(executable, trial.feed(), step, trial.inputs(), Tolerance.FP32);
            assertEquals(List.of(), report.findings(), () -> level + ", " + threads + " threads, " + trial.spec() + ", " + trial.train());
            assertTrue(report.values() > 0);
            return report;
        }
    }

    private static VaeSpec spec(int features, List<Integer> encoder, int latent, List<Integer> decoder) {
        return new VaeSpec(features, encoder, latent, decoder, Activation.TANH, true, Trial.LIKELIHOODS.getFirst(),
                VaeSpec.of(1, List.of(), 1).objective());
    }

    /// Widths and batches around a panel (32), a register tile (12 rows) and the cut between rows and panels (24 a member).
    private static List<Trial> awkward() {
        return List.of(
                Trial.of(spec(1, List.of(1), 1, List.of(1)), 1, 3, SEED),
                Trial.of(spec(13, List.of(207), 13, List.of(1)), 13, 26, SEED),
                Trial.of(spec(207, List.of(13), 1, List.of(207)), 31, 62, SEED),
                Trial.of(spec(31, List.of(32), 33, List.of(31)), 33, 66, SEED),
                Trial.of(spec(32, List.of(33), 31, List.of(32)), 12, 24, SEED),
                Trial.of(spec(33, List.of(31), 32, List.of(33)), 11, 22, SEED),
                Trial.of(spec(63, List.of(65, 64), 20, List.of(64, 63)), 47, 94, SEED),
                Trial.of(spec(64, List.of(63), 8, List.of(65)), 48, 96, SEED),
                Trial.of(spec(65, List.of(64), 8, List.of(64)), 49, 98, SEED),
                Trial.of(spec(100, List.of(40), 8, List.of(40)), 49, 98, SEED).onBackground(),
                Trial.of(spec(110, List.of(), 8, List.of(40)), 150, 300, SEED).onBackground());
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void everySlot_isWithinRoundingOfItsDefinition_atAwkwardSizes(FusionLevel level) {
        for (Trial trial : awkward()) {
            for (int threads : new int[] {1, 2, 3}) {
                Verifier.Report report = verify(trial, level, threads, 0);
                assertEquals(List.of(), report.allZero());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void everySlot_isWithinRoundingOfItsDefinition_overRandomSpecs(FusionLevel level) {
        Random random = new Random(SEED);
        for (int i = 0; i < 40; i++) {
            VaeSpec spec = Trial.randomSpec(random, random.nextInt(4), random.nextInt(4));
            int batch = 1 + random.nextInt(40);
            Trial trial = Trial.of(spec, batch, 2 * batch + 1, SEED + i);
            trial = switch (i % 5) {
                case 0 -> trial.with(new OptimizerSpec.Sgd(0.1, 0.9));
                case 1 -> trial.with(new OptimizerSpec.AdamW(1e-3, 0.9, 0.99, 1e-6, 0.1));
                case 2 -> trial.clipped(0.1);
                case 3 -> trial.with(new OptimizerSpec.Sgd(0.1, 0)).clipped(0.01);
                default -> trial;
            };
            verify(trial, level, 1 + i % 3, 1);
        }
    }

    /// Few rows and many, samples that come in fours, twos and neither, at one to three threads.
    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void everySlot_isWithinRoundingOfItsDefinition_ofEveryObjectiveAndLikelihood(FusionLevel level) {
        int i = 0;
        for (Objective objective : Trial.OBJECTIVES) {
            for (int n = 0; n < 2; n++, i++) {
                VaeSpec spec = spec(33 + i, List.of(20), 5 + 14 * n, n == 0 ? List.of() : List.of(40))
                        .withLikelihood(Trial.LIKELIHOODS.get(i % Trial.LIKELIHOODS.size())).withObjective(objective);
                spec = objective.variational() && n == 1 ? spec.withPrior(Prior.of(-0.3, 1.6)) : spec;
                Verifier.Report report = verify(Trial.of(spec, 5 + 21 * n, 80, SEED + i), level, 1 + i % 3, 1);
                assertEquals(List.of(), report.allZero().stream().filter(t -> !t.name().contains("d.kl")).toList(), spec.toString());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void everySlot_isWithinRoundingOfItsDefinition_overAnySpec(FusionLevel level) {
        Random random = new Random(SEED);
        for (int i = 0; i < 60; i++) {
            VaeSpec spec = Trial.anySpec(random, random.nextInt(3), random.nextInt(3));
            int batch = 1 + random.nextInt(30);
            Trial trial = Trial.of(spec, batch, 2 * batch + 1, SEED + i);
            verify(i % 4 == 0 ? trial.clipped(0.1) : trial, level, 1 + i % 3, i % 2 + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void lastBatch_ofOneRowIsWithinRoundingOfItsDefinition(FusionLevel level) {
        for (int threads : new int[] {1, 2, 3}) {
            verify(Trial.of(spec(37, List.of(40), 5, List.of(33)), 16, 33, SEED), level, threads, 2);
            verify(Trial.of(spec(37, List.of(), 5, List.of()), 16, 39, SEED), level, threads, 2);
        }
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void everySlot_isWithinRoundingOfItsDefinition_onARealSpec(FusionLevel level) {
        Trial trial = Trial.of(VaeSpec.of(784, List.of(400), 20), 20, 60, SEED);
        verify(trial, level, 2, 0);
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void inputs_areGatheredNormalisedAndBinarizedToTheBit(FusionLevel level) {
        VaeSpec spec = spec(45, List.of(20), 3, List.of(20));
        byte[] pixels = new byte[45 * 30];
        new Random(SEED).nextBytes(pixels);
        float[] mean = new float[45];
        float[] table = new float[256];
        for (int i = 0; i < 256; i++) {
            table[i] = i / 255f;
            mean[i % 45] = i / 400f;
        }
        float[] floats = new float[45 * 30];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = pixels[i] / 128f;
        }
        for (Binarization binarization : Binarization.values()) {
            for (Examples examples : List.of(
                    new Examples.Bytes(pixels, 45, table, 255, new float[0]),
                    new Examples.Bytes(pixels, 45, table, 255, mean),
                    new Examples.Bytes(pixels, 45, table, 16, new float[0]),
                    new Examples.Floats(floats, 45, -1f, 2f, new float[0]),
                    new Examples.Floats(floats, 45, -1f, 2f, mean))) {
                if (binarization != Binarization.NONE && examples.mean().length > 0) {
                    continue; // refused: a probability less a mean means nothing
                }
                verify(Trial.of(spec, 7, 30, SEED).with(examples).binarized(binarization), level, 2, 1);
            }
        }
    }

    @Test
    void gradientNorms_andUpdatesAreRightWhereClippingActs() {
        Trial trial = Trial.of(spec(40, List.of(70), 6, List.of(70)), 24, 48, SEED).clipped(1e-3);
        for (FusionLevel level : FusionLevel.values()) {
            Plan plan = Verifier.watched(trial.plan(level));
            assertTrue(plan.slots().stream().anyMatch(t -> t.role() == Tensor.Role.GRADIENT));
            verify(trial, level, 2, 3);
        }
    }
}
