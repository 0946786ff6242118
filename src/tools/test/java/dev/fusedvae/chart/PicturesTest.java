package dev.fusedvae.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class PicturesTest {

    private static final int PAPER = Pictures.PAPER.getRGB();

    @TempDir
    Path folder;

    @Test
    void grid_hasItsCellsAndGaps() {
        BufferedImage sheet = Pictures.grid(images(7, 2 * 3), new Pictures.Layout(2, 3, 1, 4, 5, 2));
        assertEquals(2 + 4 * (15 + 2), sheet.getWidth());
        assertEquals(2 + 2 * (10 + 2), sheet.getHeight());
    }

    @Test
    void grid_isNoWiderThanItsImages() {
        assertEquals(1 + 3 * (8 + 1), Pictures.grid(images(3, 64), new Pictures.Layout(8, 8, 1, 10, 1, 1)).getWidth());
    }

    @Test
    void pixels_areEnlargedExactlyAndGapsStayPaper() {
        float[] image = {0f, 1f, 0.5f, 0.25f};
        BufferedImage sheet = Pictures.grid(new float[][] {image, image}, new Pictures.Layout(2, 2, 1, 2, 3, 1));
        int[] expected = {grey(0), grey(255), grey(128), grey(64)};
        for (int y = 0; y < sheet.getHeight(); y++) {
            for (int x = 0; x < sheet.getWidth(); x++) {
                boolean gap = x % 7 == 0 || y % 7 == 0;
                int pixel = (y - 1) / 3 * 2 + (x - 1) % 7 / 3;
                assertEquals(gap ? PAPER : expected[pixel], sheet.getRGB(x, y), "pixel " + x + ", " + y);
            }
        }
    }

    @Test
    void emptyPlacesOfTheLastLine_stayPaper() {
        BufferedImage sheet = Pictures.grid(images(3, 1), new Pictures.Layout(1, 1, 1, 2, 4, 0));
        assertEquals(grey(0), sheet.getRGB(0, 4));
        assertEquals(PAPER, sheet.getRGB(4, 4));
    }

    @Test
    void threeChannels_areRedGreenBlueOfOnePixel() {
        BufferedImage sheet = Pictures.grid(new float[][] {{1f, 0f, 0f, 0f, 0.5f, 1f}}, new Pictures.Layout(1, 2, 3, 1, 1, 0));
        assertEquals(0xFFFF0000, sheet.getRGB(0, 0));
        assertEquals(0xFF0080FF, sheet.getRGB(1, 0));
    }

    @Test
    void valuesOutsideTheUnitInterval_areClamped() {
        BufferedImage sheet = Pictures.grid(new float[][] {{-3f, 1e9f}}, new Pictures.Layout(1, 2, 1, 1, 1, 0));
        assertEquals(grey(0), sheet.getRGB(0, 0));
        assertEquals(grey(255), sheet.getRGB(1, 0));
    }

    @Test
    void fit_makesAnEightByEightDigitVisible() {
        assertEquals(7, Pictures.Layout.fit(8, 8, 1, 10).scale());
        assertEquals(2, Pictures.Layout.fit(28, 28, 1, 10).scale());
        assertEquals(1, Pictures.Layout.fit(64, 200, 1, 10).scale());
    }

    @Test
    void rows_putLabelsLeftAndContinueInBlocks() {
        Pictures.Layout layout = new Pictures.Layout(20, 20, 1, 2, 1, 4);
        BufferedImage sheet = Pictures.rows(List.of(new Pictures.Row("original", images(3, 400)),
                new Pictures.Row("reconstruction", images(3, 400))), layout);
        int left = sheet.getWidth() - layout.sheetWidth(2);
        assertTrue(left > 60, "the label column is " + left + " wide");
        int block = 2 * 24 + 12;
        assertEquals(4 + block + 2 * 24, sheet.getHeight());
        assertEquals(grey(0), sheet.getRGB(left + 4, 4));
        assertEquals(grey(0), sheet.getRGB(left + 28, 28));
        assertEquals(PAPER, sheet.getRGB(left + 4, 4 + block - 1));
        assertEquals(grey(0), sheet.getRGB(left + 4, 4 + block));
        assertEquals(PAPER, sheet.getRGB(left + 28, 4 + block));
        assertTrue(ink(sheet, 0, left, 4, 24) > 20 && ink(sheet, 0, left, 28, 48) > 20, "both labels are drawn");
    }

    @Test
    void rows_withoutLabelsAreAPlainGrid() {
        Pictures.Layout layout = new Pictures.Layout(4, 4, 1, 3, 2, 1);
        BufferedImage rows = Pictures.rows(List.of(new Pictures.Row("", images(5, 16))), layout);
        BufferedImage grid = Pictures.grid(images(5, 16), layout);
        assertEquals(grid.getWidth(), rows.getWidth());
        assertEquals(grid.getHeight(), rows.getHeight());
        for (int y = 0; y < grid.getHeight(); y++) {
            for (int x = 0; x < grid.getWidth(); x++) {
                assertEquals(grid.getRGB(x, y), rows.getRGB(x, y));
            }
        }
    }

    /// The images stay where the grid has them, to the pixel, and every word of the frame is there.
    @Test
    void framed_hasTheGridAndItsWordsAroundIt() {
        float[][] images = images(5, 1600);
        Pictures.Layout layout = new Pictures.Layout(40, 40, 1, 3, 1, 4);
        BufferedImage grid = Pictures.grid(images, layout);
        BufferedImage sheet = Pictures.framed(images, layout, new Pictures.Frame(List.of("one", "two", "three"), List.of("first", "second"), "across", "up"));
        int left = sheet.getWidth() - grid.getWidth();
        for (int y = 0; y < grid.getHeight(); y++) {
            for (int x = 0; x < grid.getWidth(); x++) {
                assertEquals(grid.getRGB(x, y), sheet.getRGB(left + x, y), x + ", " + y);
            }
        }
        assertTrue(ink(sheet, 0, left, 4, 44) > 20 && ink(sheet, 0, left, 48, 88) > 20, "both lines are named");
        for (int column = 0; column < 3; column++) {
            int from = left + 4 + column * 44;
            assertTrue(ink(sheet, from, from + 40, grid.getHeight(), grid.getHeight() + 20) > 10, "column " + column + " is named");
        }
        assertTrue(ink(sheet, left, sheet.getWidth(), grid.getHeight() + 20, sheet.getHeight()) > 10, "the axis across is named");
        BufferedImage bare = Pictures.framed(images, layout, new Pictures.Frame(List.of(), List.of()));
        assertEquals(grid.getWidth() + " " + grid.getHeight(), bare.getWidth() + " " + bare.getHeight());
        refused("the frame has 2 words for 3 columns; give one for each, or none",
                () -> Pictures.framed(images, layout, new Pictures.Frame(List.of("a", "b"), List.of())));
    }

    @Test
    void savePng_readsBackTheSamePixels() throws Exception {
        Path file = folder.resolve("images/samples.png");
        BufferedImage sheet = Pictures.grid(new float[][] {{0f, 0.2f, 0.9f, 1f}}, new Pictures.Layout(2, 2, 1, 1, 2, 1));
        Pictures.savePng(file, sheet);
        BufferedImage back = ImageIO.read(file.toFile());
        assertNotEquals(back.getRGB(1, 1), back.getRGB(3, 3));
        for (int y = 0; y < sheet.getHeight(); y++) {
            for (int x = 0; x < sheet.getWidth(); x++) {
                assertEquals(sheet.getRGB(x, y), back.getRGB(x, y));
            }
        }
    }

    @Test
    void badInput_isNamedWithItsFix() {
        Pictures.Layout layout = new Pictures.Layout(2, 2, 1, 4, 1, 1);
        refused("there is no image to draw; give at least one", () -> Pictures.grid(new float[0][], layout));
        refused("image 1 has 3 values, but 2 x 2 x 1 takes 4; correct the layout",
                () -> Pictures.grid(new float[][] {new float[4], new float[3]}, layout));
        refused("image 0 is NaN at value 2; the model has diverged or the data is damaged",
                () -> Pictures.grid(new float[][] {{0, 0, Float.NaN, 0}}, layout));
        refused("row \"b\" has 2 images but row \"a\" has 1; give every row as many", () -> Pictures.rows(
                List.of(new Pictures.Row("a", images(1, 4)), new Pictures.Row("b", images(2, 4))), layout));
        refused("channels must be 1 (grey) or 3 (red, green, blue), got 2", () -> new Pictures.Layout(2, 2, 2, 4, 1, 1));
        refused("columns must be >= 1, got 0", () -> new Pictures.Layout(2, 2, 1, 0, 1, 1));
    }

    private static void refused(String sentence, Executable action) {
        assertEquals(sentence, assertThrows(IllegalArgumentException.class, action).getMessage());
    }

    private static float[][] images(int count, int values) {
        return new float[count][values];
    }

    private static int grey(int level) {
        return 0xFF000000 | level << 16 | level << 8 | level;
    }

    private static int ink(BufferedImage sheet, int left, int right, int top, int bottom) {
        int dark = 0;
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                dark += (sheet.getRGB(x, y) & 0xFF) < 128 ? 1 : 0;
            }
        }
        return dark;
    }
}
