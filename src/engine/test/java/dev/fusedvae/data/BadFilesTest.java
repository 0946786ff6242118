package dev.fusedvae.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BadFilesTest {

    private static final byte[] GOOD_IDX = TestFiles.idx(8, new int[] {2, 2, 2}, TestFiles.ramp(8));
    private static final byte[] GOOD_NPY = TestFiles.npy(1, "|u1", "(2, 2)", TestFiles.ramp(4));

    @TempDir
    Path dir;

    private static byte[] cut(byte[] content, int length) {
        return Arrays.copyOf(content, length);
    }

    private static byte[] npy(String descr, String shape, byte... values) {
        return TestFiles.npy(1, descr, shape, values);
    }

    static Stream<Arguments> cases() {
        ByteOrder little = ByteOrder.LITTLE_ENDIAN;
        return Stream.of(
                Arguments.of("a", new byte[0], " is empty"),
                Arguments.of("a", TestFiles.gzip(new byte[0]), " is empty"),
                Arguments.of("a.bin", new byte[] {1, 2, 3, 4}, " is in no format known here: IDX, NPY, NPZ, CSV, amat (each also as .gz) or a folder of PNGs"),
                Arguments.of("a.gz", cut(TestFiles.gzip(GOOD_IDX), 24), " ends too early: the file is truncated, fetch or copy it again"),
                Arguments.of("a.gz", cut(TestFiles.gzip(GOOD_IDX), 5), " ends too early: the file is truncated, fetch or copy it again"),
                Arguments.of("a", cut(GOOD_IDX, 20), " is truncated: its header says [2, 2, 2], which is 8 bytes, but only 4 follow; fetch or copy it again"),
                Arguments.of("a", cut(GOOD_IDX, 10), " is truncated within its IDX header; fetch or copy it again"),
                Arguments.of("a", cut(GOOD_IDX, 25), " is longer than its header says: [2, 2, 2] is 8 bytes, but more follow; the header or the file is damaged"),
                Arguments.of("a", TestFiles.idx(8, new int[] {0, 2, 2}, new byte[0]), " is empty: its shape is [0, 2, 2], and every extent must be at least 1"),
                Arguments.of("a", TestFiles.idx(8, new int[] {-1, 28, 28}, new byte[0]),
                        " has shape [4294967295, 28, 28], but a data set in memory must have fewer than 2^31 values, so take a part of it"),
                Arguments.of("a", TestFiles.idx(0x0a, new int[] {1, 1}, new byte[1]),
                        " has the unknown IDX type 0x0a; known are 08 (u8), 09 (i8), 0b (i16), 0c (i32), 0d (f32) and 0e (f64)"),
                Arguments.of("a", TestFiles.idx(8, new int[] {3}, new byte[3]), " has shape [3]; examples need [size, features], [size, height, width]"
                        + " or [size, height, width, channels], and one extent means labels"),
                Arguments.of("a", TestFiles.idx(0x0d, new int[] {1, 2}, TestFiles.floats(ByteOrder.BIG_ENDIAN, 1, Float.NaN)),
                        ": example 0, feature 1 is NaN; every value must be a finite float, so clean or fill it in first"),
                Arguments.of("a.npy", cut(GOOD_NPY, 9), " is truncated within its NPY header; write or copy it again"),
                Arguments.of("a.npy", cut(GOOD_NPY, 40), " is truncated within its NPY header; write or copy it again"),
                Arguments.of("a.npy", cut(GOOD_NPY, GOOD_NPY.length - 1),
                        " is truncated: its header says [2, 2], which is 4 bytes, but only 3 follow; fetch or copy it again"),
                Arguments.of("a.npy", npy("<f8", "(2, 3)", TestFiles.doubles(1, 2, 3, 4, Double.POSITIVE_INFINITY, 6)),
                        ": example 1, feature 1 is Infinity; every value must be a finite float, so clean or fill it in first"),
                Arguments.of("a.npy", npy("<f8", "(1, 1)", TestFiles.doubles(1e300)),
                        ": example 0, feature 0 is 1.0E300; every value must be a finite float, so clean or fill it in first"),
                Arguments.of("a.npy", npy("<f4", "(9, 9)", TestFiles.floats(little, 1, 2)),
                        " is truncated: its header says [9, 9], which is 324 bytes, but only 8 follow; fetch or copy it again"),
                Arguments.of("a.npy", npy("|O", "(2, 2)"), " has the element type 'O'; known are b1, u1, i1, u2, i2, u4, i4, i8, f2, f4 and f8,"
                        + " so convert it with x.astype('f4')"),
                Arguments.of("a.npy", npy("<c8", "(2, 2)"), " has the element type 'c8'; known are b1, u1, i1, u2, i2, u4, i4, i8, f2, f4 and f8,"
                        + " so convert it with x.astype('f4')"),
                Arguments.of("a.npy", npy("|u1", "(2, 3, 4, 4)"), " has shape [2, 3, 4, 4]; pictures need their 1 or 3 channels last,"
                        + " so store it as [size, height, width, channels]"),
                Arguments.of("a.npy", npy("|u1", "(9999999999999999999, 1)"),
                        " has a damaged NPY header: the extent '9999999999999999999' is not a number"),
                Arguments.of("a.npy", TestFiles.npyHeader(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }", TestFiles.ramp(4)),
                        " is in Fortran (column-major) order: save it with numpy.ascontiguousarray(x)"),
                Arguments.of("a.npy", TestFiles.npyHeader(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", TestFiles.ramp(8)),
                        " holds records or objects, not plain numbers: store a plain array of u1, i4, f4 or the like"),
                Arguments.of("a.npy", TestFiles.npyHeader(1, "{'descr': '|u1', 'fortran_order': False, }", TestFiles.ramp(8)),
                        " has a damaged NPY header: no valid 'shape' in it"),
                Arguments.of("a.npy", TestFiles.npyHeader(9, "{}", new byte[0]), " has NPY version 9; known are 1, 2 and 3"),
                Arguments.of("a.npz", TestFiles.npz(Map.of("p", GOOD_NPY, "q", GOOD_NPY)),
                        " has no array named x_train, train_x, train_images, train, x, data, images, arr_0, only p, q: rename the one with the examples"),
                Arguments.of("a.npz", TestFiles.npz(Map.of("x", GOOD_NPY, "y", npy("<f8", "(2,)", TestFiles.doubles(1, 2.5)))),
                        " array y: label 1 is 2.5, but labels must be whole numbers"),
                Arguments.of("a.npz", TestFiles.npz(Map.of("x", GOOD_NPY, "y", npy("|u1", "(3,)", (byte) 1, (byte) 2, (byte) 3))),
                        " array x has 2 examples but 3 labels; each example needs one"),
                Arguments.of("a.csv", TestFiles.text("a,b"), " has no row of numbers; a text table needs one example per line"),
                Arguments.of("a.csv", TestFiles.text("1,2", "3"), ", line 2 has 1 columns, but the first line has 2; every row needs the same number"),
                Arguments.of("a.csv", TestFiles.text("1,2", "3,4,5"), ", line 2 has 3 columns, but the first line has 2; every row needs the same number"),
                Arguments.of("a.csv", TestFiles.text("1,2", "3,cat"), ", line 2, column 2 is 'cat', which is not a number"),
                Arguments.of("a.csv", TestFiles.text("1,cat", "3,4"), ", line 1, column 2 is 'cat', which is not a number;"
                        + " if the line is a header, remove it or set the header option of ReadOptions"),
                Arguments.of("a.csv", TestFiles.text("1,2", "3,0x1p3"), ", line 2, column 2 is '0x1p3', which is not a number"),
                Arguments.of("a.csv", TestFiles.text("a,b", "nan,2"), ", line 2, column 1 is 'nan'; every value must be a finite float, so clean or fill it in first"),
                Arguments.of("a.csv", TestFiles.text("1,2", "3,1e99"), ", line 2, column 2 is '1e99'; every value must be a finite float, so clean or fill it in first"),
                Arguments.of("a.csv", TestFiles.text("1,2", "3,"), ", line 2, column 2 is empty; every cell needs a number, so fill it in or drop the row"),
                Arguments.of("a.csv", TestFiles.text("x,label", "3,1.5"), ", line 2, column 2 is the label 1.5, but labels must be whole numbers"),
                Arguments.of("a.csv", TestFiles.text("label", "3"), " has only a label column; examples need at least one feature"),
                Arguments.of("a.amat", TestFiles.text("1 2", "3 4 5"), ", line 2 has 3 columns, but the first line has 2; every row needs the same number"),
                Arguments.of("a.png", new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10}, " is a single PNG; name the folder of PNGs that is the data set"));
    }

    @ParameterizedTest(name = "[{index}] {0}{2}")
    @MethodSource("cases")
    void badFile_isRefusedInOneSentence(String name, byte[] content, String message) {
        Path path = TestFiles.write(dir.resolve(name), content);
        DataException refusal = assertThrows(DataException.class, () -> DataFiles.read(path));
        assertEquals(path + message, refusal.getMessage());
    }

    @Test
    void everyPrefixOfAFile_isRefusedOrReadButNeverCrashes() {
        byte[] npz = TestFiles.npz(Map.of("x_train", GOOD_NPY));
        for (byte[] whole : new byte[][] {GOOD_IDX, GOOD_NPY, npz, TestFiles.gzip(GOOD_NPY)}) {
            for (int length = 0; length < whole.length; length++) {
                Path path = TestFiles.write(dir.resolve("prefix"), cut(whole, length));
                assertThrows(DataException.class, () -> DataFiles.read(path), "prefix of " + length + " bytes");
            }
        }
    }

    @Test
    void missingFilesAndBadOptions_areRefused() {
        Path missing = dir.resolve("none.csv");
        assertEquals(missing + " does not exist; check the path",
                assertThrows(DataException.class, () -> DataFiles.read(missing)).getMessage());
        assertEquals(dir + " is a folder, and folders of pictures are read by fusedvae-tools, which is not on the class path or module path; add it, or give a file",
                assertThrows(DataException.class, () -> DataFiles.read(dir)).getMessage());
        Path csv = TestFiles.write(dir.resolve("a.csv"), TestFiles.text("1,2"));
        assertEquals(csv + " has 2 columns, so there is no label column -3",
                assertThrows(DataException.class, () -> DataFiles.read(csv, ReadOptions.defaults().withLabelColumn(-3))).getMessage());
        Path npy = TestFiles.write(dir.resolve("a.npy"), GOOD_NPY);
        assertTrue(assertThrows(DataException.class, () -> DataFiles.read(npy, ReadOptions.defaults().withLabelColumn(1)))
                .getMessage().contains("is not a text table"));
        assertThrows(DataException.class, () -> ReadOptions.defaults().withLabelColumn(0));
        assertThrows(DataException.class, () -> ReadOptions.defaults().withTestFraction(1));
        TestFiles.write(dir.resolve("half/train.npy"), GOOD_NPY);
        assertTrue(assertThrows(DataException.class, () -> DataFiles.readSplit(dir.resolve("half"), ReadOptions.defaults()))
                .getMessage().contains("no counterpart"));
    }
}
