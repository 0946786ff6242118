package dev.fusedvae.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.data.Normalization.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class NormalizationTest {

    @Test
    void unit_ofBytesIsExactlyRawOver255() {
        float[] table = Normalization.unit(DataSet.ofBytes("b", 1, 2, new byte[] {3, (byte) 200})).table();
        for (int v = 0; v < 256; v++) {
            assertEquals(v / 255f, table[v]);
        }
    }

    @Test
    void unit_ofFloatsInUnitRangeLeavesThemAlone() {
        Normalization unit = Normalization.unit(DataSet.of(new float[][] {{0.1f, 0.9f}}));
        assertEquals(new Normalization(Kind.UNIT, 0, 1, List.of()), unit);
        assertEquals(0.1f, unit.apply(0.1f, 0));
    }

    @Test
    void unit_ofOtherFloatsMapsMinimumAndMaximumToZeroAndOneExactly() {
        DataSet data = DataSet.of(new float[][] {{-3.7f, 0.2f}, {11.3f, 5}});
        Normalization unit = Normalization.unit(data);
        float[] row = new float[4];
        unit.row(data, 0, row, 0);
        unit.row(data, 1, row, 2);
        assertEquals(0f, row[0]);
        assertEquals(1f, row[2]);
        assertTrue(row[1] > 0 && row[1] < row[3] && row[3] < 1);
    }

    @Test
    void center_leavesTrainingDataWithMeanZero() {
        DataSet data = DataSet.ofBytes("b", 4, 3, new byte[] {0, 10, (byte) 200, 4, 20, 100, 8, 30, 50, 12, 40, 2});
        Normalization center = Normalization.fit(Kind.CENTER, data);
        assertEquals(6 / 255f, center.meanArray()[0], 1e-7);
        float[] sum = new float[3];
        float[] row = new float[3];
        float largest = 0;
        for (int i = 0; i < data.size(); i++) {
            center.row(data, i, row, 0);
            for (int j = 0; j < 3; j++) {
                assertEquals(center.table()[(int) data.raw(i, j)] - center.meanArray()[j], row[j]);
                sum[j] += row[j];
                largest = Math.max(largest, row[j]);
            }
        }
        assertArrayEquals(new float[3], sum, 1e-6f);
        assertTrue(largest > 0.3f);
    }

    @Test
    void none_keepsRawValues() {
        assertEquals(77f, Normalization.none().apply(77, 0));
        assertEquals(255f, Normalization.none().table()[255]);
        assertEquals(0, Normalization.none().meanArray().length);
    }

    @Test
    void badValues_areRefused() {
        assertThrows(DataException.class, () -> new Normalization(Kind.UNIT, 0, 0, List.of()));
        assertThrows(DataException.class, () -> new Normalization(Kind.UNIT, Float.NaN, 1, List.of()));
        assertThrows(DataException.class, () -> new Normalization(Kind.CENTER, 0, 1, List.of()));
        assertThrows(DataException.class, () -> new Normalization(Kind.UNIT, 0, 1, List.of(1f)));
        assertThrows(DataException.class, () -> new Normalization(Kind.NONE, 0, 255, List.of()));
        assertEquals("data cannot be scaled to [0, 1], because its values go from 3.0 to 3.0: use normalization none, or rescale the data",
                assertThrows(DataException.class, () -> Normalization.unit(DataSet.of(new float[][] {{3, 3}}))).getMessage());
        assertEquals("normalization must be none, unit or center, got 'zscore'",
                assertThrows(DataException.class, () -> Kind.parse("zscore")).getMessage());
        Normalization center = Normalization.center(DataSet.of(new float[][] {{0, 1}}));
        assertTrue(assertThrows(DataException.class, () -> center.row(DataSet.of(new float[][] {{1}}), 0, new float[1], 0))
                .getMessage().contains("fitted to 2 features"));
    }
}
