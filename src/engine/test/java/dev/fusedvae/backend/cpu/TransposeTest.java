package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TransposeTest {
    private static final int AT = 1100;

    @Test
    void block32_swapsRowsAndColumns_andTouchesNothingElse() {
        float[] m = counted();
        Transpose.block32(m, 17, m, AT);
        assertArrayEquals(expected(32, 32), m);
    }

    @Test
    void block_atTheEdge_writesOnlyWhatExists() {
        int[] sizes = {0, 1, 7, 8, 9, 13, 16, 31, 32};
        for (int rows : sizes) {
            for (int columns : sizes) {
                float[] m = counted();
                Transpose.block(rows, columns, m, 17, m, AT);
                assertArrayEquals(expected(rows, columns), m, () -> rows + " x " + columns);
            }
        }
    }

    @Test
    void block32_twice_isTheIdentity_compiledToo() {
        float[] m = counted();
        float[] start = Arrays.copyOf(m, 1024);
        for (int i = 0; i < 5000; i++) {
            Transpose.block32(m, 0, m, AT);
            Arrays.fill(m, 0, 1024, -1);
            Transpose.block32(m, AT, m, 0);
        }
        assertArrayEquals(start, Arrays.copyOf(m, 1024));
    }

    @Test
    void block_beyondAPanel_isRefusedWithTheFix() {
        float[] m = counted();
        String message = assertThrows(IllegalArgumentException.class, () -> Transpose.block(33, 32, m, 0, m, AT))
                .getMessage();
        assertEquals(
                "Transpose.block: rows and columns must be from 0 to 32, got 33 x 32; make one call per block of"
                        + " 32 x 32",
                message);
    }

    private static float[] counted() {
        float[] m = new float[2200];
        for (int i = 0; i < m.length; i++) {
            m[i] = i;
        }
        return m;
    }

    private static float[] expected(int rows, int columns) {
        float[] m = counted();
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                m[AT + c * 32 + r] = 17 + r * 32 + c;
            }
        }
        return m;
    }
}
