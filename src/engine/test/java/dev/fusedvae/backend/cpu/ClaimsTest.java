package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClaimsTest {

    @Test
    void member_takesItsOwnFromTheFront_thenOthersFromTheBack() {
        Claims claims = new Claims(3);
        claims.open(1, new int[] {0, 2, 5, 7});
        List<Integer> taken = new ArrayList<>();
        for (int piece = claims.take(1); piece != Claims.NONE; piece = claims.take(1)) {
            taken.add(piece);
        }
        assertEquals(List.of(2, 3, 4, 6, 5, 1, 0), taken);
        assertEquals(Claims.NONE, claims.take(0));
    }

    @Test
    void round_changesWithEveryOpening_andNotByTaking() {
        Claims claims = new Claims(2);
        claims.open(1, new int[] {0, 3, 3});
        long before = claims.round(0);
        claims.take(0);
        claims.take(1);
        assertEquals(before, claims.round(0));
        claims.open(2, new int[] {0, 3, 3});
        assertNotEquals(before, claims.round(0));
    }

    @Test
    void finish_isSeenByMemberZeroUntilTheNextStage() {
        Claims claims = new Claims(2);
        assertFalse(claims.over());
        claims.open(1, new int[] {0, 1, 2});
        claims.take(0);
        claims.take(0);
        assertFalse(claims.over());
        long before = claims.round(0);
        claims.finish(2);
        assertTrue(claims.over());
        assertNotEquals(before, claims.round(0));
        assertEquals(Claims.NONE, claims.take(0));
        assertEquals(Claims.NONE, claims.take(1));
        claims.open(3, new int[] {0, 0, 1});
        assertFalse(claims.over());
    }

    /// When the last word of a round is written, pieces of the round are still there: nobody can have opened another since.
    @Test
    void open_writesTheWordsWithoutPiecesFirst() {
        for (int[] bounds : List.of(new int[] {0, 3, 3, 3}, new int[] {0, 0, 2, 2}, new int[] {0, 1, 1, 2}, new int[] {0, 0, 0, 1})) {
            List<Integer> told = new ArrayList<>();
            new Claims(3) {
                @Override
                void tell(int member, long word) {
                    super.tell(member, word);
                    told.add(member);
                }
            }.open(1, bounds);
            assertEquals(List.of(0, 1, 2), told.stream().sorted().toList());
            assertTrue(bounds[told.getLast() + 1] > bounds[told.getLast()], told.toString());
        }
    }

    @Test
    void largestStage_fits() {
        Claims claims = new Claims(2);
        claims.open(1 << 20, new int[] {0, Claims.MOST - 1, Claims.MOST});
        assertEquals(Claims.MOST - 1, claims.take(1));
        assertEquals(Claims.MOST - 2, claims.take(1));
        assertEquals(0, claims.take(0));
        assertEquals(1 << 20, claims.round(1));
    }

    @Test
    void pieces_areTakenOnceByMembersThatRace() throws InterruptedException {
        int members = 4;
        int pieces = 200_000;
        Claims claims = new Claims(members);
        claims.open(1, IntStream.rangeClosed(0, members).map(m -> m == members ? pieces : m * 1000).toArray());
        AtomicIntegerArray times = new AtomicIntegerArray(pieces);
        List<Thread> threads = IntStream.range(0, members).mapToObj(m -> Thread.ofPlatform().start(() -> {
            for (int piece = claims.take(m); piece != Claims.NONE; piece = claims.take(m)) {
                times.incrementAndGet(piece);
            }
        })).toList();
        for (Thread thread : threads) {
            thread.join();
        }
        for (int piece = 0; piece < pieces; piece++) {
            assertEquals(1, times.get(piece), "piece " + piece);
        }
    }

    private record Chunks(int chunks, AtomicIntegerArray runs) implements CpuCall {
        Chunks(int chunks) {
            this(chunks, new AtomicIntegerArray(chunks));
        }

        @Override
        public void run(int member, int chunk, Step step) {
            runs.incrementAndGet(chunk);
        }
    }

    @Test
    void region_hasEveryPartOfEveryCallOnce() {
        for (int members : new int[] {1, 2, 3, 8}) {
            for (boolean chained : new boolean[] {false, true}) {
                List<Chunks> calls = chained ? List.of(new Chunks(7), new Chunks(7)) : List.of(new Chunks(7), new Chunks(1), new Chunks(16));
                Region region = new Region(List.copyOf(calls), new int[] {0, 1, 2}, chained, members);
                long[] nanos = new long[3];
                int[] bounds = region.bounds();
                assertEquals(members + 1, bounds.length);
                for (int piece = 0; piece < bounds[members]; piece++) {
                    region.run(0, piece, new Step());
                    region.timed(0, piece, new Step(), nanos);
                }
                for (Chunks call : calls) {
                    for (int chunk = 0; chunk < call.chunks(); chunk++) {
                        assertEquals(2, call.runs().get(chunk));
                    }
                }
                assertTrue(IntStream.range(0, members).allMatch(m -> bounds[m] <= bounds[m + 1]));
            }
        }
    }
}
