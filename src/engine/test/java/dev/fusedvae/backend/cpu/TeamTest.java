package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class TeamTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    /// A team whose threads are there and never get to run, as if the system had no processor for them.
    private static Team absent(int size, CountDownLatch end) {
        return new Team(size, body -> new Thread(() -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            body.run();
        }));
    }

    @Test
    void pieces_areRunOnceEach_andStagesSeeWhatThoseBeforeWrote() {
        for (int size : new int[] {1, 2, 3, 8}) {
            try (Team team = new Team(size)) {
                CountingJob job = new CountingJob(size);
                for (int run = 0; run < 30; run++) {
                    team.run(job.begin(1 + run % 7 * 5, run));
                    assertEquals("", job.complaints());
                }
            }
        }
    }

    /// Runs so short that the others often come when the next is on; two jobs in turns, each of which notices a piece that
    /// is run when it should not.
    @Test
    void runs_thatAreShortAndManyDoNotMixUp() {
        for (int size : new int[] {2, 3, 8}) {
            try (Team team = new Team(size)) {
                List<CountingJob> jobs = List.of(new CountingJob(size), new CountingJob(size));
                long deadline = System.nanoTime() + 700_000_000L;
                for (int run = 0; System.nanoTime() < deadline; run++) {
                    CountingJob job = jobs.get(run % 2);
                    team.run(job.begin(1 + run % 3, run));
                    assertEquals("", job.complaints());
                }
                jobs.forEach(job -> assertEquals("", job.complaints()));
            }
        }
    }

    @Test
    void members_thatAreHeldUpAnywhereChangeNothing() {
        for (int size : new int[] {2, 3, 8}) {
            try (Team team = new Team(size)) {
                CountingJob job = new CountingJob(size).slow();
                for (int run = 0; run < 6; run++) {
                    team.run(job.begin(12, run));
                    assertEquals("", job.complaints());
                }
            }
        }
    }

    /// Claims that hold up whoever uses them, as the system does that takes a thread off its processor between two steps of
    /// the team's own bookkeeping.
    private static final class Hesitant extends Claims {
        private final SplittableRandom seeds;
        private final ThreadLocal<SplittableRandom> random = ThreadLocal.withInitial(this::seed);

        Hesitant(int members, long seed) {
            super(members);
            seeds = new SplittableRandom(seed);
        }

        private synchronized SplittableRandom seed() {
            return seeds.split();
        }

        private void hesitate() {
            if (random.get().nextInt(16) == 0) {
                try {
                    Thread.sleep(0, random.get().nextInt(300_000)); // not parked: that would take an unpark meant for the team
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        @Override
        long round(int member) {
            hesitate();
            long round = super.round(member);
            hesitate();
            return round;
        }

        @Override
        void open(long round, int[] bounds) {
            hesitate();
            super.open(round, bounds);
            hesitate();
        }

        @Override
        void tell(int member, long word) {
            hesitate();
            super.tell(member, word);
            hesitate();
        }

        @Override
        void finish(long round) {
            hesitate();
            super.finish(round);
            hesitate();
        }

        @Override
        boolean over() {
            hesitate();
            boolean over = super.over();
            hesitate();
            return over;
        }

        @Override
        int take(int member) {
            hesitate();
            int piece = super.take(member);
            hesitate();
            return piece;
        }
    }

    @Test
    void members_thatAreHeldUpBetweenStepsOfTheTeamsOwnChangeNothing() {
        for (int size : new int[] {2, 3, 8}) {
            assertTimeoutPreemptively(SOON, () -> {
                try (Team team = new Team(size, Thread::new, new Hesitant(size, size))) {
                    CountingJob job = new CountingJob(size);
                    long deadline = System.nanoTime() + 2_000_000_000L;
                    for (int run = 0; System.nanoTime() < deadline; run++) {
                        team.run(job.begin(1 + run % 3, run));
                        assertEquals("", job.complaints());
                    }
                }
            }, () -> size + " members");
        }
    }

    @Test
    void member_thatNeverComesDelaysNobody() {
        CountDownLatch end = new CountDownLatch(1);
        for (int size : new int[] {2, 8}) {
            assertTimeoutPreemptively(SOON, () -> {
                try (Team team = absent(size, end)) {
                    CountingJob job = new CountingJob(size);
                    for (int run = 0; run < 100; run++) {
                        team.run(job.begin(10, run));
                        assertEquals("", job.complaints());
                        assertEquals(job.piecesRun(), job.piecesOf(0));
                    }
                }
            });
        }
        end.countDown();
    }

    /// A round whose two pieces wait for each other needs both members; the second has gone to sleep before.
    @Test
    void members_thatSleepAreWokenWhereThereIsWork() {
        assertTimeoutPreemptively(SOON, () -> {
            AtomicReference<Thread> second = new AtomicReference<>();
            try (Team team = new Team(2, body -> {
                second.set(new Thread(body));
                return second.get();
            })) {
                for (int i = 0; i < 5; i++) {
                    while (second.get().getState() != Thread.State.WAITING) {
                        Thread.sleep(1);
                    }
                    Thread[] who = new Thread[3];
                    team.run(new Meeting(who));
                    assertSame(Thread.currentThread(), who[0] == second.get() ? who[1] : who[0]);
                    assertSame(second.get(), who[0] == second.get() ? who[0] : who[1]);
                }
                assertTrue(second.get().isDaemon());
            }
        });
    }

    /// A first round that takes long, so that the team wakes up, then one whose two pieces meet.
    private static final class Meeting implements Job {
        private final Thread[] who;
        private final CountDownLatch both = new CountDownLatch(2);
        private int round;

        Meeting(Thread[] who) {
            this.who = who;
        }

        @Override
        public int[] next() {
            return switch (round++) {
                case 0 -> new int[] {0, 2, 3};
                case 1 -> new int[] {0, 1, 2};
                default -> OVER;
            };
        }

        @Override
        public void run(int member, int piece) {
            try {
                if (round == 1) {
                    Thread.sleep(2);
                    return;
                }
                who[piece] = Thread.currentThread();
                both.countDown();
                both.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void failure_ofAnyPieceReachesTheCaller_andTheTeamGoesOn() {
        assertTimeoutPreemptively(SOON, () -> {
            for (int size : new int[] {2, 3}) {
                try (Team team = new Team(size)) {
                    CountingJob job = new CountingJob(size);
                    for (int round = 0; round < 4; round++) {
                        for (int piece = -1; piece < CountingJob.pieces(round, 0, size); piece++) {
                            CountingJob failing = new CountingJob(size).failing(round, piece);
                            IllegalStateException e = assertThrows(IllegalStateException.class, () -> team.run(failing.begin(6, 0)));
                            assertEquals(ArithmeticException.class, e.getCause().getClass(), e.toString());
                            assertFalse(failing.began(round + 1), "a round was opened after one that failed");
                            team.run(job.begin(4, 1));
                            assertEquals("", job.complaints());
                        }
                    }
                }
            }
        });
    }

    @Test
    void failure_onATeamOfOneIsTheCallersOwn() {
        try (Team team = new Team(1)) {
            assertThrows(ArithmeticException.class, () -> team.run(new CountingJob(1).failing(1, 0).begin(3, 0)));
            assertThrows(ArithmeticException.class, () -> team.run(new CountingJob(1).failing(2, -1).begin(3, 0)));
        }
    }

    @Test
    void job_withinAJobOfItsTeamIsRefused_andTheTeamGoesOn() {
        for (int size : new int[] {1, 2}) {
            try (Team team = new Team(size)) {
                Job nested = new Job() {
                    @Override
                    public int[] next() {
                        team.run(new CountingJob(size).begin(1, 0));
                        return OVER;
                    }

                    @Override
                    public void run(int member, int piece) {}
                };
                assertTrue(assertThrows(IllegalStateException.class, () -> team.run(nested)).getMessage().contains("its own team"));
                CountingJob job = new CountingJob(size);
                team.run(job.begin(4, 1));
                assertEquals("", job.complaints());
            }
        }
    }

    /// Whichever member runs the piece: the others would wait for it, and it for the caller, for ever.
    @Test
    void piece_thatRunsAJobOnItsOwnTeamIsRefused_onEveryMember() {
        assertTimeoutPreemptively(SOON, () -> {
            try (Team team = new Team(2)) {
                for (int culprit : new int[] {0, 1}) {
                    Job nested = new Job() {
                        private final AtomicInteger arrived = new AtomicInteger();
                        private boolean begun;

                        @Override
                        public int[] next() {
                            int[] bounds = begun ? OVER : new int[] {0, 1, 2};
                            begun = true;
                            LockSupport.parkNanos(1_000_000); // a job wakes members only once it is old
                            return bounds;
                        }

                        @Override
                        public void run(int member, int piece) {
                            arrived.incrementAndGet();
                            while (arrived.get() < 2) { // so that each member has one of the two pieces
                                Thread.onSpinWait();
                            }
                            if (member == culprit) {
                                team.run(new CountingJob(2).begin(1, 0));
                            }
                        }
                    };
                    assertTrue(assertThrows(IllegalStateException.class, () -> team.run(nested)).getMessage().contains("its own team"), "member " + culprit);
                    CountingJob job = new CountingJob(2);
                    team.run(job.begin(4, 1));
                    assertEquals("", job.complaints());
                }
            }
        });
    }

    /// A caller whose thread was interrupted cannot park; it must neither hang nor lose the interrupt.
    @Test
    void caller_thatWasInterruptedRunsAllTheSame() {
        assertTimeoutPreemptively(SOON, () -> {
            try (Team team = new Team(2)) {
                Thread.currentThread().interrupt();
                CountingJob job = new CountingJob(2).slow();
                team.run(job.begin(5, 0));
                assertTrue(Thread.interrupted());
                assertEquals("", job.complaints());
            }
        });
    }

    @Test
    void close_endsTheThreads_andRefusesJobs() {
        assertTimeoutPreemptively(SOON, () -> {
            List<Thread> threads = new ArrayList<>();
            Team team = new Team(3, body -> {
                threads.add(new Thread(body));
                return threads.getLast();
            });
            team.run(new CountingJob(3).begin(2, 0));
            team.close();
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(2, threads.size());
            assertThrows(IllegalStateException.class, () -> team.run(new CountingJob(3).begin(1, 0)));
        });
    }

    @Test
    void sizes_outsideTheRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Team(0));
        assertThrows(IllegalArgumentException.class, () -> new Team(1025));
    }
}
