package dev.fusedvae.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DataSetTest {

    private static String refusal(Runnable action) {
        return assertThrows(DataException.class, action::run).getMessage();
    }

    @Test
    void bytes_areUnsigned() {
        DataSet data = DataSet.ofBytes("b", 2, 2, new byte[] {0, 127, (byte) 128, (byte) 255});
        assertEquals(128f, data.raw(1, 0));
        assertEquals(255f, data.raw(1, 1));
        assertArrayEquals(new float[] {0, 127, 128, 255}, data.asFloats().floats());
    }

    @Test
    void flatArrays_areKeptWithoutACopyAndRowsAreCopied() {
        byte[] bytes = TestFiles.ramp(6);
        assertSame(bytes, DataSet.ofBytes("b", 2, 3, bytes).bytes());
        float[][] rows = {{1, 2}, {3, 4}};
        DataSet data = DataSet.of(rows);
        rows[1][1] = 9;
        assertEquals(4f, data.raw(1, 1));
    }

    @Test
    void slice_takesValuesAndLabelsOfTheRange() {
        DataSet data = DataSet.ofBytes("b", 4, 2, TestFiles.ramp(8)).withLabels(new int[] {5, 6, 7, 8});
        DataSet part = data.slice(1, 3);
        assertArrayEquals(new byte[] {2, 3, 4, 5}, part.bytes());
        assertArrayEquals(new int[] {6, 7}, part.labels().orElseThrow());
        assertEquals(255, part.fullScale(), "a slice keeps the scale of the whole");
    }

    @Test
    void select_followsTheOrderOfIndices() {
        DataSet data = DataSet.of(new float[][] {{1, 2}, {3, 4}, {5, 6}}).withLabels(new int[] {1, 3, 5});
        DataSet some = data.select(new int[] {2, 0});
        assertArrayEquals(new float[] {5, 6, 1, 2}, some.floats());
        assertArrayEquals(new int[] {5, 1}, some.labels().orElseThrow());
    }

    @Test
    void labels_cannotBeChangedFromOutside() {
        int[] labels = {1, 2};
        DataSet data = DataSet.of(new float[][] {{1}, {2}}).withLabels(labels);
        labels[0] = 9;
        data.labels().orElseThrow()[1] = 9;
        assertArrayEquals(new int[] {1, 2}, data.labels().orElseThrow());
    }

    @Test
    void fullScale_isOneForBinaryBytes() {
        assertEquals(1, DataSet.ofBytes("b", 1, 2, new byte[] {0, 1}).fullScale());
        assertEquals(255, DataSet.ofBytes("b", 1, 2, new byte[] {0, 2}).fullScale());
    }

    @Test
    void wrongStorage_isRefusedWithTheRemedy() {
        DataSet data = DataSet.of(new float[][] {{1}});
        assertFalse(data.isBytes());
        assertTrue(assertThrows(IllegalStateException.class, data::bytes).getMessage().contains("isBytes()"));
    }

    @Test
    void badInput_isRefusedInOneSentence() {
        assertEquals("a data set needs at least one example, got an array of no rows", refusal(() -> DataSet.of(new float[0][])));
        assertEquals("every row must have as many features as row 0, which has 2: row 1 has 1",
                refusal(() -> DataSet.of(new float[][] {{1, 2}, {3}})));
        assertEquals("f: example 1, feature 0 is NaN; every value must be a finite float, so clean or fill it in first",
                refusal(() -> DataSet.ofFloats("f", 2, 2, new float[] {1, 2, Float.NaN, 4})));
        assertEquals("b must have size x features = 2 x 3 = 6 values, got 5", refusal(() -> DataSet.ofBytes("b", 2, 3, new byte[5])));
        assertEquals("b has 65536 x 32768 = 2147483648 values; a data set in memory must have fewer than 2^31, so take a part of it",
                refusal(() -> DataSet.ofBytes("b", 65536, 32768, new byte[5])));
        assertEquals("b must have at least one example of at least one feature, got [0, 3]",
                refusal(() -> DataSet.ofBytes("b", 0, 3, new byte[0])));
        DataSet data = DataSet.ofBytes("b", 2, 3, TestFiles.ramp(6));
        assertEquals("cannot take examples 1 to 3 of b, which has 2: need 0 <= from < to <= 2", refusal(() -> data.slice(1, 3)));
        assertEquals("b has 2 examples but 1 labels; each example needs one", refusal(() -> data.withLabels(new int[1])));
        assertTrue(refusal(() -> data.withImage(new ImageShape(2, 2, 1))).contains("height x width x channels is 3"));
        assertEquals("the full scale of b must be at least its largest value 5 and in 1..255, got 4", refusal(() -> data.withFullScale(4)));
    }

    @Test
    void holdOut_spreadsTheTestExamplesEvenly() {
        DataSet data = DataSet.ofBytes("b", 20, 1, TestFiles.ramp(20));
        Split split = Split.holdOut(data, 0.1);
        assertArrayEquals(new byte[] {9, 19}, split.test().bytes());
        assertEquals(18, split.train().size());
        assertTrue(refusal(() -> Split.holdOut(data.slice(0, 2), 0.1)).contains("too few"));
    }

    @Test
    void split_storesBothPartsAlike() {
        Split split = new Split(DataSet.ofBytes("a", 1, 2, new byte[] {3, 4}), DataSet.ofFloats("b", 1, 2, new float[] {0.5f, 1}));
        assertArrayEquals(new float[] {3, 4}, split.train().floats());
        assertTrue(refusal(() -> new Split(split.train(), DataSet.of(new float[][] {{1}}))).startsWith("training and test examples must"));
    }
}
