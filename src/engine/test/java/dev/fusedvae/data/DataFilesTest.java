package dev.fusedvae.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataFilesTest {

    @TempDir
    Path dir;

    private Path file(String name, byte[] content) {
        return TestFiles.write(dir.resolve(name), content);
    }

    @Test
    void idxPictures_comeWithTheLabelsBesideThem() {
        Path images = file("train-images-idx3-ubyte.gz", TestFiles.gzip(TestFiles.idx(8, new int[] {2, 2, 3}, TestFiles.ramp(12))));
        file("train-labels-idx1-ubyte", TestFiles.idx(8, new int[] {2}, new byte[] {7, 9}));
        DataSet data = DataFiles.read(images);
        assertArrayEquals(TestFiles.ramp(12), data.bytes());
        assertEquals(Optional.of(new ImageShape(2, 3, 1)), data.image());
        assertArrayEquals(new int[] {7, 9}, data.labels().orElseThrow());
        assertEquals(255, data.fullScale());
    }

    @Test
    void idxOfRankTwoAndOfFloats_areRead() {
        assertEquals(Optional.empty(), DataFiles.read(file("a", TestFiles.idx(8, new int[] {2, 3}, TestFiles.ramp(6)))).image());
        DataSet data = DataFiles.read(file("b", TestFiles.idx(0x0d, new int[] {1, 2}, TestFiles.floats(ByteOrder.BIG_ENDIAN, 0.5f, -2))));
        assertArrayEquals(new float[] {0.5f, -2}, data.floats());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void npyOfEachVersion_isRead(int version) {
        DataSet data = DataFiles.read(file("x.npy", TestFiles.npy(version, "<f4", "(2, 2)",
                TestFiles.floats(ByteOrder.LITTLE_ENDIAN, 0.25f, 1, -1, 3))));
        assertArrayEquals(new float[] {0.25f, 1, -1, 3}, data.floats());
    }

    @ParameterizedTest
    @CsvSource({"|b1, 0001, 1", "|u1, 0003, 3", "|i1, 0003, 3", "<u2, 00000300, 3", ">u2, 00000003, 3", "<i2, 00000300, 3",
        "<i4, 0000000003000000, 3", "<u4, 0000000003000000, 3", "<i8, 00000000000000000300000000000000, 3",
        "<f2, 00000042, 3", "<f4, 0000000000004040, 3", ">f4, 0000000040400000, 3", "<f8, 00000000000000000000000000000840, 3"})
    void npyOfEachElementType_givesTheSameValues(String descr, String hex, int expected) {
        DataSet data = DataFiles.read(file("x.npy", TestFiles.npy(1, descr, "(1, 2)", HexFormat.of().parseHex(hex))));
        assertArrayEquals(new byte[] {0, (byte) expected}, data.bytes(), "whole numbers in 0..255 become bytes without loss");
    }

    @Test
    void npyPictures_keepTheirShape() {
        assertEquals(Optional.of(new ImageShape(2, 2, 3)),
                DataFiles.read(file("c.npy", TestFiles.npy(1, "|u1", "(1, 2, 2, 3)", TestFiles.ramp(12)))).image());
        assertEquals(Optional.of(new ImageShape(3, 4, 1)),
                DataFiles.read(file("g.npy", TestFiles.npy(1, "|u1", "(1, 3, 4)", TestFiles.ramp(12)))).image());
    }

    @Test
    void bytesTurnIntoFloats_whereTheFirstFractionComesLate() {
        float[] values = new float[9000];
        for (int k = 0; k < values.length; k++) {
            values[k] = k % 256;
        }
        values[8999] = 0.5f;
        DataSet data = DataFiles.read(file("x.npy", TestFiles.npy(1, "<f4", "(9, 1000)", TestFiles.floats(ByteOrder.LITTLE_ENDIAN, values))));
        assertArrayEquals(values, data.floats());
    }

    @Test
    void npz_givesTrainAndTestWithLabels() {
        Path path = file("mnist.npz", TestFiles.npz(Map.of(
                "x_train", TestFiles.npy(1, "|u1", "(2, 1, 2)", TestFiles.ramp(4)),
                "y_train", TestFiles.npy(1, "<i8", "(2,)", TestFiles.longs(4, 5)),
                "x_test", TestFiles.npy(1, "|u1", "(1, 1, 2)", new byte[] {8, 9}),
                "y_test", TestFiles.npy(1, "<i8", "(1, 1)", TestFiles.longs(6)))));
        Split split = DataFiles.readSplit(path, ReadOptions.defaults());
        assertArrayEquals(TestFiles.ramp(4), split.train().bytes());
        assertArrayEquals(new int[] {4, 5}, split.train().labels().orElseThrow());
        assertArrayEquals(new byte[] {8, 9}, split.test().bytes());
        assertArrayEquals(new int[] {6}, split.test().labels().orElseThrow());
    }

    @Test
    void npzOfOneArray_isReadWhateverItsName() {
        Path path = file("z.npz", TestFiles.npz(Map.of("silhouettes", TestFiles.npy(1, "|b1", "(1, 2)", new byte[] {1, 0}))));
        DataSet data = DataFiles.read(path);
        assertArrayEquals(new byte[] {1, 0}, data.bytes());
        assertEquals(1, data.fullScale());
    }

    @Test
    void csv_takesTheColumnNamedLabelAndTheFullScaleSeen() {
        DataSet data = DataFiles.read(file("a.csv", TestFiles.text("p0,\"Label\",p1", "1,7,2", "", "3,8,16\r")));
        assertArrayEquals(new byte[] {1, 2, 3, 16}, data.bytes());
        assertArrayEquals(new int[] {7, 8}, data.labels().orElseThrow());
        assertEquals(16, data.fullScale());
    }

    @ParameterizedTest
    @CsvSource({"1, 10", "-1, 30", "2, 20"})
    void csvWithoutHeader_takesTheLabelColumnAsked(int column, int label) {
        DataSet data = DataFiles.read(file("a.csv.gz", TestFiles.gzip(TestFiles.text("10;20;30"))), ReadOptions.defaults().withLabelColumn(column));
        assertArrayEquals(new int[] {label}, data.labels().orElseThrow());
        assertEquals(2, data.features());
    }

    @Test
    void csvOfFractionsAndExponents_isExact() {
        DataSet data = DataFiles.read(file("a.tsv", TestFiles.text("x\ty", "0.1\t-2.5e3", "+1E-2\t.5")));
        assertArrayEquals(new float[] {0.1f, -2500, 0.01f, 0.5f}, data.floats());
        assertFalse(data.labels().isPresent());
    }

    @Test
    void csvHeaderOfNumbers_isSkippedWhenToldSo() {
        DataSet data = DataFiles.read(file("a.csv", TestFiles.text("0,1", "5,6")), ReadOptions.defaults().withHeader(true));
        assertArrayEquals(new byte[] {5, 6}, data.bytes());
    }

    @Test
    void amat_isBinaryWithoutLabelOrClassicWithTheLabelLast() {
        DataSet binary = DataFiles.read(file("b.amat", TestFiles.text("0 1 1 ", " 1 0 0")));
        assertArrayEquals(new byte[] {0, 1, 1, 1, 0, 0}, binary.bytes());
        assertEquals(1, binary.fullScale());
        DataSet classic = DataFiles.read(file("c.amat", TestFiles.text("0.000  0.5 3.000", "1.0 0.25 9.0")),
                ReadOptions.defaults().withLabelColumn(-1));
        assertArrayEquals(new float[] {0, 0.5f, 1, 0.25f}, classic.floats());
        assertArrayEquals(new int[] {3, 9}, classic.labels().orElseThrow());
    }

    @Test
    void rows_takeTheImageShapeDeclared() {
        DataSet data = DataFiles.read(file("a.csv", TestFiles.text("1,2,3,4")), ReadOptions.defaults().withImage(new ImageShape(2, 2, 1)));
        assertEquals(Optional.of(new ImageShape(2, 2, 1)), data.image());
    }

    @Test
    void folderOfTrainAndTestFiles_isASplit() {
        file("s/binarized_mnist_train.amat", TestFiles.text("0 1", "1 1"));
        file("s/binarized_mnist_valid.amat", TestFiles.text("0 0"));
        file("s/binarized_mnist_test.amat", TestFiles.text("1 0"));
        Split split = DataFiles.readSplit(dir.resolve("s"), ReadOptions.defaults());
        assertArrayEquals(new byte[] {0, 1, 1, 1}, split.train().bytes());
        assertArrayEquals(new byte[] {1, 0}, split.test().bytes());
    }

    @Test
    void folderInMnistLayout_isASplitWithLabels() {
        file("m/train-images-idx3-ubyte", TestFiles.idx(8, new int[] {2, 1, 1}, TestFiles.ramp(2)));
        file("m/train-labels-idx1-ubyte", TestFiles.idx(8, new int[] {2}, TestFiles.ramp(2)));
        file("m/t10k-images-idx3-ubyte", TestFiles.idx(8, new int[] {1, 1, 1}, TestFiles.ramp(1)));
        file("m/t10k-labels-idx1-ubyte", TestFiles.idx(8, new int[] {1}, TestFiles.ramp(1)));
        Split split = DataFiles.readSplit(dir.resolve("m"), ReadOptions.defaults());
        assertEquals(2, split.train().size());
        assertTrue(split.test().labels().isPresent());
    }

    @Test
    void singleFile_isHeldOutByTheFractionAsked() {
        Split split = DataFiles.readSplit(file("a.csv", TestFiles.text("1", "2", "3", "4")), ReadOptions.defaults().withTestFraction(0.25));
        assertArrayEquals(new byte[] {1, 2, 3}, split.train().bytes());
        assertArrayEquals(new byte[] {4}, split.test().bytes());
    }
}
