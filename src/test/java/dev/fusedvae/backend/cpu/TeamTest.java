package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TeamTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void task_isRunOnceByEveryMember() {
        try (Team team = new Team(4)) {
            AtomicIntegerArray runs = new AtomicIntegerArray(4);
            for (int i = 0; i < 50; i++) {
                team.run(runs::incrementAndGet);
            }
            for (int member = 0; member < 4; member++) {
                assertEquals(50, runs.get(member));
            }
        }
    }

    @Test
    void caller_isMemberZero() {
        try (Team team = new Team(2)) {
            Thread[] who = new Thread[2];
            team.run(member -> who[member] = Thread.currentThread());
            assertSame(Thread.currentThread(), who[0]);
            assertTrue(who[1].isDaemon());
        }
    }

    /// Plain writes before a barrier are seen after it, by every member, over and over; one second at most.
    @Test
    void barrier_ordersWrites() {
        for (int size : new int[] {2, 3}) {
            try (Team team = new Team(size)) {
                long[] values = new long[size];
                boolean[] wrong = new boolean[size];
                long deadline = System.nanoTime() + 500_000_000L;
                while (System.nanoTime() < deadline) {
                    team.run(member -> {
                        for (int round = 0; round < 50; round++) {
                            values[member]++;
                            team.barrier();
                            for (int other = 0; other < size; other++) {
                                wrong[member] |= values[other] != values[member];
                            }
                            team.barrier();
                        }
                    });
                }
                for (int member = 0; member < size; member++) {
                    assertFalse(wrong[member], "member " + member + " of " + size + " saw an old value");
                    assertTrue(values[member] >= 50);
                }
            }
        }
    }

    @Test
    void failure_ofAnyMemberReachesTheCaller_andTheTeamGoesOn() {
        assertTimeoutPreemptively(SOON, () -> {
            try (Team team = new Team(3)) {
                for (int failing = 0; failing < 3; failing++) {
                    int bad = failing;
                    IllegalStateException e = assertThrows(IllegalStateException.class, () -> team.run(member -> {
                        if (member == bad) {
                            throw new ArithmeticException("on purpose");
                        }
                        team.barrier();
                        team.barrier();
                    }));
                    assertEquals(ArithmeticException.class, e.getCause().getClass(), e.toString());
                    AtomicIntegerArray runs = new AtomicIntegerArray(3);
                    team.run(member -> {
                        team.barrier();
                        runs.incrementAndGet(member);
                    });
                    assertEquals("[1, 1, 1]", runs.toString());
                }
            }
        });
    }

    @Test
    void members_thatParkedWakeUpForTheNextTask() {
        assertTimeoutPreemptively(SOON, () -> {
            try (Team team = new Team(2)) {
                Thread[] second = new Thread[2];
                team.run(member -> second[member] = Thread.currentThread());
                for (int i = 0; i < 5; i++) {
                    while (second[1].getState() != Thread.State.WAITING) {
                        Thread.sleep(1);
                    }
                    AtomicIntegerArray runs = new AtomicIntegerArray(2);
                    team.run(runs::incrementAndGet);
                    assertEquals("[1, 1]", runs.toString());
                }
            }
        });
    }

    @Test
    void close_endsTheThreads_andRefusesTasks() {
        assertTimeoutPreemptively(SOON, () -> {
            Team team = new Team(3);
            AtomicReference<Thread> second = new AtomicReference<>();
            team.run(member -> {
                if (member == 1) {
                    second.set(Thread.currentThread());
                }
            });
            team.close();
            second.get().join();
            assertFalse(second.get().isAlive());
            assertThrows(IllegalStateException.class, () -> team.run(member -> { }));
        });
    }

    @Test
    void sizes_outsideTheRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Team(0));
        assertThrows(IllegalArgumentException.class, () -> new Team(1025));
    }
}
