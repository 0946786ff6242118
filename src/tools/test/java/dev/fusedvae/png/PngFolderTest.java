package dev.fusedvae.png;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.data.DataException;
import dev.fusedvae.data.DataFiles;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.ImageShape;
import dev.fusedvae.data.ReadOptions;
import dev.fusedvae.data.Split;
import dev.fusedvae.data.TestFiles;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngFolderTest {

    @TempDir
    Path dir;

    private static byte[] png(BufferedImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(image, "png", out));
        return out.toByteArray();
    }

    private static byte[] grey(int width, int height, int... samples) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setPixels(0, 0, width, height, samples);
        return png(image);
    }

    private static byte[] rgb(int width, int height, int... pixels) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, width, height, pixels, 0, width);
        return png(image);
    }

    @Test
    void folderWithoutPictures_isRefused() {
        assertEquals(dir + " holds no PNG, neither directly nor in sub-folders", assertThrows(DataException.class, () -> DataFiles.read(dir)).getMessage());
    }

    @Test
    void greyPngs_keepTheirSamplesInOrderOfName() throws IOException {
        TestFiles.write(dir.resolve("b.png"), grey(2, 1, 200, 255));
        TestFiles.write(dir.resolve("a.PNG"), grey(2, 1, 0, 50));
        DataSet data = DataFiles.read(dir);
        assertArrayEquals(new byte[] {0, 50, (byte) 200, (byte) 255}, data.bytes());
        assertEquals(Optional.of(new ImageShape(1, 2, 1)), data.image());
    }

    @Test
    void rgbPngs_areChannelsLast() throws IOException {
        TestFiles.write(dir.resolve("a.png"), rgb(1, 2, 0x010203, 0x040506));
        DataSet data = DataFiles.read(dir);
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6}, data.bytes());
        assertEquals(Optional.of(new ImageShape(2, 1, 3)), data.image());
    }

    @Test
    void oneBitAndSixteenBitGreys_becomeBytes() throws IOException {
        BufferedImage bits = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
        bits.setRGB(1, 0, 0xffffff);
        TestFiles.write(dir.resolve("bits/a.png"), png(bits));
        BufferedImage deep = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        deep.getRaster().setPixels(0, 0, 2, 1, new int[] {0x1234, 0xffff});
        TestFiles.write(dir.resolve("deep/a.png"), png(deep));
        assertArrayEquals(new byte[] {0, (byte) 255}, DataFiles.read(dir.resolve("bits")).bytes());
        assertArrayEquals(new byte[] {0x12, (byte) 255}, DataFiles.read(dir.resolve("deep")).bytes());
    }

    @Test
    void subfolders_areLabelsByNumberOrByRank() throws IOException {
        TestFiles.write(dir.resolve("n/7/a.png"), grey(1, 1, 1));
        TestFiles.write(dir.resolve("n/3/b.png"), grey(1, 1, 2));
        assertArrayEquals(new int[] {3, 7}, DataFiles.read(dir.resolve("n")).labels().orElseThrow());
        TestFiles.write(dir.resolve("w/dog/a.png"), grey(1, 1, 1));
        TestFiles.write(dir.resolve("w/cat/b.png"), grey(1, 1, 2));
        DataSet named = DataFiles.read(dir.resolve("w"));
        assertArrayEquals(new int[] {0, 1}, named.labels().orElseThrow());
        assertArrayEquals(new byte[] {2, 1}, named.bytes());
    }

    @Test
    void trainAndTestFolders_areASplit() throws IOException {
        TestFiles.write(dir.resolve("train/0/a.png"), grey(1, 1, 10));
        TestFiles.write(dir.resolve("test/0/a.png"), grey(1, 1, 20));
        Split split = DataFiles.readSplit(dir, ReadOptions.defaults());
        assertEquals(10f, split.train().raw(0, 0));
        assertEquals(20f, split.test().raw(0, 0));
    }

    @Test
    void differentSizesOrColours_areRefusedUnlessAShapeIsGiven() throws IOException {
        TestFiles.write(dir.resolve("a.png"), grey(2, 2, 10, 20, 30, 40));
        TestFiles.write(dir.resolve("b.png"), rgb(4, 4, repeat(0xff0000)));
        String message = assertThrows(DataException.class, () -> DataFiles.read(dir)).getMessage();
        assertEquals(dir.resolve("b.png") + " is 4x4 RGB, but a.png is 2x2 grey; make them equal, or give an image shape to convert all to", message);
        DataSet data = DataFiles.read(dir, ReadOptions.defaults().withImage(new ImageShape(2, 2, 1)));
        assertArrayEquals(new byte[] {10, 20, 30, 40, 76, 76, 76, 76}, data.bytes(), "red has luma 0.299 * 255 = 76");
    }

    private static int[] repeat(int pixel) {
        int[] pixels = new int[16];
        Arrays.fill(pixels, pixel);
        return pixels;
    }

    @Test
    void resize_keepsConstantsAndAveragesWhenShrinking() {
        byte[] flat = new byte[35];
        Arrays.fill(flat, (byte) 99);
        byte[] resized = new Pixels(new ImageShape(5, 7, 1), flat).to(new ImageShape(13, 3, 1)).values();
        for (byte value : resized) {
            assertEquals(99, value);
        }
        byte[] stripes = new byte[64];
        for (int k = 0; k < 64; k++) {
            stripes[k] = (byte) (k % 2 * 200);
        }
        byte[] shrunk = new Pixels(new ImageShape(1, 64, 1), stripes).to(new ImageShape(1, 8, 1)).values();
        for (byte value : shrunk) {
            assertEquals(100, value & 0xff, 13, "stripes must blend, not alias");
        }
    }

    @Test
    void resize_ofARampIsALinearRamp() {
        byte[] doubled = new Pixels(new ImageShape(1, 4, 1), new byte[] {0, 40, 80, 120}).to(new ImageShape(1, 8, 1)).values();
        assertArrayEquals(new byte[] {0, 10, 30, 50, 70, 90, 110, 120}, doubled);
        byte[] upright = new Pixels(new ImageShape(4, 1, 1), new byte[] {0, 40, 80, 120}).to(new ImageShape(8, 1, 1)).values();
        assertArrayEquals(doubled, upright);
    }

    @Test
    void damagedPng_isRefusedByName() throws IOException {
        byte[] good = grey(8, 8, new int[64]);
        for (int length : new int[] {0, 4, 8, 20, 33, good.length / 2, good.length - 13}) {
            Path path = TestFiles.write(dir.resolve("a.png"), Arrays.copyOf(good, length));
            String message = assertThrows(DataException.class, () -> DataFiles.read(dir), "cut to " + length).getMessage();
            assertTrue(message.startsWith(path + " cannot be read as a PNG"), message);
        }
    }

    @Test
    void pngsBothDirectlyAndInSubfolders_areRefused() throws IOException {
        TestFiles.write(dir.resolve("a.png"), grey(1, 1, 1));
        TestFiles.write(dir.resolve("x/a.png"), grey(1, 1, 1));
        assertTrue(assertThrows(DataException.class, () -> DataFiles.read(dir)).getMessage().contains("both directly and in sub-folders"));
    }
}
