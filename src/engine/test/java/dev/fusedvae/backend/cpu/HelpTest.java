package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.check.Trial;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/// Members help each other: who computes what is a matter of chance, the result is not.
class HelpTest {
    private static final int STEPS = 9;
    private static final VaeSpec SPEC = VaeSpec.of(45, List.of(70), 9).withActivation(Activation.TANH);
    /// Few rows, cut along panels; many, with a last batch of one row; samples of an example, which stay together.
    private static final List<Trial> TRIALS = List.of(
            Trial.of(SPEC, 11, 40, 1).binarized(Binarization.DYNAMIC),
            Trial.of(SPEC, 640, 1281, 2).clipped(0.5),
            Trial.of(SPEC.withObjective(new Objective.Iwae(5, true)), 60, 130, 3));

    /// Holds up a member here and there, by its own random numbers.
    private static final class Slow extends Team {
        private final Random[] randoms;

        Slow(int size, long seed) {
            super(size);
            randoms = new Random[size];
            for (int m = 0; m < size; m++) {
                randoms[m] = new Random(seed + m);
            }
        }

        @Override
        void run(Job job) {
            super.run(new Job() {
                @Override
                public int[] next() {
                    return job.next();
                }

                @Override
                public void run(int member, int piece) {
                    if (randoms[member].nextInt(8) == 0) {
                        LockSupport.parkNanos(randoms[member].nextInt(1_000_000));
                    }
                    job.run(member, piece);
                    if (randoms[member].nextInt(8) == 0) {
                        LockSupport.parkNanos(randoms[member].nextInt(1_000_000));
                    }
                }
            });
        }
    }

    private static CpuExecutable start(Team team, Trial trial, FusionLevel level) {
        CpuExecutable executable = new CpuExecutable(trial.plan(level), trial.feed(), team);
        trial.start(executable);
        return executable;
    }

    private static String checksum(CpuExecutable executable, double[] metrics) {
        CRC32 crc = new CRC32();
        TrainChecksum.update(crc, executable, metrics);
        return Long.toHexString(crc.getValue());
    }

    private static String trained(Team team, Trial trial, FusionLevel level) {
        CpuExecutable executable = start(team, trial, level);
        double[] metrics = Trial.run(executable, STEPS);
        assertTrue(metrics[2 * STEPS - 2] != 0);
        return checksum(executable, metrics);
    }

    @Test
    void training_givesTheSameBitsWhoeverIsHeldUp() {
        for (Trial trial : TRIALS) {
            for (FusionLevel level : FusionLevel.values()) {
                String expected;
                try (Team one = new Team(1)) {
                    expected = trained(one, trial, level);
                }
                for (int threads : new int[] {2, 3, 8}) {
                    try (Team slow = new Slow(threads, 5)) {
                        assertEquals(expected, trained(slow, trial, level), threads + " threads, " + level + ", " + trial.spec());
                    }
                }
            }
        }
    }

    @Test
    void training_givesTheSameBitsWhereNobodyElseComes() {
        CountDownLatch end = new CountDownLatch(1);
        for (Trial trial : TRIALS) {
            try (Team one = new Team(1); Team absent = new Team(4, body -> new Thread(() -> {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                body.run();
            }))) {
                assertEquals(trained(one, trial, FusionLevel.LAYER), trained(absent, trial, FusionLevel.LAYER));
            }
        }
        end.countDown();
    }

    @Test
    void executables_thatTakeTurnsOnOneTeamDoNotDisturbEachOther() {
        try (Team one = new Team(1); Team team = new Slow(3, 9)) {
            List<CpuExecutable> both = List.of(start(team, TRIALS.get(0), FusionLevel.LAYER), start(team, TRIALS.get(2), FusionLevel.LAYER));
            double[][] metrics = new double[2][2 * STEPS];
            for (int i = 0; i < STEPS; i++) {
                for (int e = 0; e < 2; e++) {
                    double[] step = new double[2];
                    both.get(e).run(i, 1, step);
                    System.arraycopy(step, 0, metrics[e], 2 * i, 2);
                }
            }
            assertEquals(trained(one, TRIALS.get(0), FusionLevel.LAYER), checksum(both.get(0), metrics[0]));
            assertEquals(trained(one, TRIALS.get(2), FusionLevel.LAYER), checksum(both.get(1), metrics[1]));
        }
    }

    /// Threads that share a backend wait for each other's runs.
    @Test
    void callers_thatShareATeamTakeTurns() throws InterruptedException {
        try (Team one = new Team(1); Team team = new Team(2)) {
            String expected = trained(one, TRIALS.get(0), FusionLevel.LAYER);
            AtomicInteger right = new AtomicInteger();
            List<Thread> callers = List.of(0, 1, 2).stream().map(i -> Thread.ofPlatform().start(() -> {
                CpuExecutable executable = start(team, TRIALS.get(0), FusionLevel.LAYER);
                double[] metrics = new double[2 * STEPS];
                for (int s = 0; s < STEPS; s++) {
                    double[] step = new double[2];
                    executable.run(s, 1, step);
                    System.arraycopy(step, 0, metrics, 2 * s, 2);
                }
                right.addAndGet(checksum(executable, metrics).equals(expected) ? 1 : 0);
            })).toList();
            for (Thread caller : callers) {
                caller.join();
            }
            assertEquals(3, right.get());
        }
    }

    /// There is no step -1, which is found out between stages.
    @Test
    void stepThatFails_endsTheRun_andTheNextOneIsRight() {
        Trial trial = TRIALS.get(0);
        try (Team one = new Team(1); Team team = new Team(3)) {
            CpuExecutable executable = start(team, trial, FusionLevel.LAYER);
            assertThrows(IllegalStateException.class, () -> executable.run(-1, 1, new double[2]));
            double[] metrics = Trial.run(executable, STEPS);
            assertEquals(trained(one, trial, FusionLevel.LAYER), checksum(executable, metrics));
        }
    }
}
