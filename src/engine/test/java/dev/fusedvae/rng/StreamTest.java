package dev.fusedvae.rng;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StreamTest {

    @Test
    void counter_hasTheDocumentedLayout() {
        Stream stream = new Stream(0x1122334455667788L, Purpose.GIBBS, 0xAB);
        long step = 0x0000_CDEF_8765_4321L;
        assertEquals(0x55667788, stream.key0());
        assertEquals(0x11223344, stream.key1());
        assertEquals(196, Stream.counter0(787));
        assertEquals(0xFFFFFFFF, Stream.counter1((1L << 32) - 1));
        assertEquals(0x87654321, stream.counter2(step));
        assertEquals(0x09ABCDEF, stream.counter3(step));
    }

    @Test
    void purposes_haveFixedCodes() {
        assertEquals(
                List.of("TRAINING_NOISE 1", "SHUFFLE 2", "BINARIZATION 3", "CORRUPTION 4", "INIT 6",
                        "PRIOR_SAMPLES 7", "EVALUATION 8", "GIBBS 9"),
                Arrays.stream(Purpose.values()).map(p -> p + " " + p.code()).toList());
    }

    @Test
    void words_differInEveryCoordinate() {
        Set<List<Integer>> seen = new HashSet<>();
        int count = 0;
        for (long seed : new long[] {0, 1, 1L << 32, -1}) {
            for (Purpose purpose : Purpose.values()) {
                for (int site : new int[] {0, 1, 255}) {
                    for (long step : new long[] {0, 1, 1L << 32, (1L << 48) - 1}) {
                        for (long row : new long[] {0, 1, 1L << 31, (1L << 32) - 1}) {
                            for (int quad = 0; quad < 3; quad++, count++) {
                                int[] words = new int[4];
                                new Stream(seed, purpose, site).words(step, row, quad, words, 0);
                                seen.add(Arrays.stream(words).boxed().toList());
                            }
                        }
                    }
                }
            }
        }
        assertEquals(count, seen.size());
    }

    @Test
    void badCoordinates_areRefusedByName() {
        assertMessage("site must be in [0, 255], got 256", () -> new Stream(0, Purpose.INIT, 256));
        assertMessage("site must be in [0, 255], got -1", () -> new Stream(0, Purpose.INIT, -1));
        assertTrue(assertThrows(NullPointerException.class, () -> new Stream(0, null, 0)).getMessage().contains("purpose"));
        assertMessage("step must be in [0, 2^48), got -1", () -> Stream.check(-1, 0, 1, 1));
        assertMessage("step must be in [0, 2^48), got 281474976710656", () -> Stream.check(1L << 48, 0, 1, 1));
        assertMessage("rows must be in [0, 2^32), got 2 from 4294967295", () -> Stream.check(0, (1L << 32) - 1, 2, 1));
        Stream.check((1L << 48) - 1, (1L << 32) - 2, 2, 1);
    }

    static void assertMessage(String message, org.junit.jupiter.api.function.Executable executable) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, executable).getMessage());
    }
}
