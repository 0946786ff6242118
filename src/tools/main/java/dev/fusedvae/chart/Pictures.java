package dev.fusedvae.chart;

import dev.fusedvae.io.AtomicFile;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntUnaryOperator;
import javax.imageio.ImageIO;

/// Contact sheets of small images: samples, reconstructions, latent traversals.
///
/// An image is a `float[]` of `height · width · channels` values in \[0, 1\], row-major with the channels of a pixel
/// together; values outside are clamped, NaN is refused. Pixels are enlarged by whole factors, never blurred.
public final class Pictures {

    /// Behind and between the images: just off white, so that a white image still shows its edge.
    static final Color PAPER = new Color(0xF6F6F7);

    private static final Color INK = new Color(0x3A3A3C);
    private static final int FONT_PIXELS = 13;
    private static final int LABEL_LEFT = 12;
    private static final int LABEL_RIGHT = 6;
    private static final int LABEL_HEIGHT = 20;
    private static final int COMFORTABLE_CELL = 56;

    private Pictures() {}

    /// How images are shaped and placed: each pixel becomes `scale x scale`, cells are `gap` pixels apart.
    public record Layout(int height, int width, int channels, int columns, int scale, int gap) {

        /// Checks every field.
        public Layout {
            atLeast("height", height, 1);
            atLeast("width", width, 1);
            atLeast("columns", columns, 1);
            atLeast("scale", scale, 1);
            atLeast("gap", gap, 0);
            if (channels != 1 && channels != 3) {
                throw new IllegalArgumentException("channels must be 1 (grey) or 3 (red, green, blue), got " + channels);
            }
        }

        /// A layout whose scale makes an image at least 56 pixels wide and high, with thin gaps.
        public static Layout fit(int height, int width, int channels, int columns) {
            int side = Math.max(1, Math.min(height, width));
            return new Layout(height, width, channels, columns, Math.ceilDiv(COMFORTABLE_CELL, side), 4);
        }

        int cellWidth() {
            return Math.multiplyExact(width, scale);
        }

        int cellHeight() {
            return Math.multiplyExact(height, scale);
        }

        /// Pixels that `count` columns take, with the gap around and between them.
        int sheetWidth(int count) {
            return Math.toIntExact(gap + (long) count * (cellWidth() + gap));
        }

        private static void atLeast(String name, int value, int least) {
            if (value < least) {
                throw new IllegalArgumentException(name + " must be >= " + least + ", got " + value);
            }
        }
    }

    /// A line of images with the word to print before it.
    public record Row(String label, float[][] images) {}

    /// What is written around a grid: below each column, left of each line, and the names of the two axes; what is not wanted
    /// is empty.
    public record Frame(List<String> columns, List<String> lines, String across, String up) {

        /// Copies the lists.
        public Frame {
            columns = List.copyOf(columns);
            lines = List.copyOf(lines);
        }

        /// Words below the columns and left of the lines, axes without names.
        public Frame(List<String> columns, List<String> lines) {
            this(columns, lines, "", "");
        }
    }

    /// A grid as [#grid] draws it, in a frame that has a word for each column and for each line.
    public static BufferedImage framed(float[][] images, Layout layout, Frame frame) {
        BufferedImage grid = grid(images, layout);
        int columns = Math.min(layout.columns(), images.length);
        requireWords("column", frame.columns(), columns);
        requireWords("line", frame.lines(), Math.ceilDiv(images.length, columns));
        int words = labelWidth(frame.lines());
        int left = labelWidth(List.of(frame.up())) + words;
        int below = (frame.columns().isEmpty() ? 0 : LABEL_HEIGHT) + (frame.across().isEmpty() ? 0 : LABEL_HEIGHT);
        BufferedImage sheet = paper(left + grid.getWidth(), grid.getHeight() + below);
        grid.copyData(sheet.getRaster().createWritableChild(left, 0, grid.getWidth(), grid.getHeight(), 0, 0, null));
        for (int i = 0; i < frame.lines().size(); i++) {
            label(sheet, frame.lines().get(i), left, layout.gap() + i * (layout.cellHeight() + layout.gap()) + layout.cellHeight() / 2);
        }
        label(sheet, frame.up(), left - words, grid.getHeight() / 2);
        for (int i = 0; i < frame.columns().size(); i++) {
            centred(sheet, frame.columns().get(i), left + layout.gap() + i * (layout.cellWidth() + layout.gap()) + layout.cellWidth() / 2,
                    grid.getHeight() + LABEL_HEIGHT / 2);
        }
        centred(sheet, frame.across(), left + grid.getWidth() / 2, sheet.getHeight() - LABEL_HEIGHT / 2);
        return sheet;
    }

    /// All images in reading order, `columns` to a line; the last line may be short.
    public static BufferedImage grid(float[][] images, Layout layout) {
        requireImages(images.length);
        int columns = Math.min(layout.columns(), images.length);
        int lines = Math.ceilDiv(images.length, columns);
        BufferedImage sheet = paper(layout.sheetWidth(columns),
                Math.toIntExact(layout.gap() + (long) lines * (layout.cellHeight() + layout.gap())));
        for (int i = 0; i < images.length; i++) {
            int x = layout.gap() + i % columns * (layout.cellWidth() + layout.gap());
            int y = layout.gap() + i / columns * (layout.cellHeight() + layout.gap());
            draw(sheet, images[i], i, layout, x, y);
        }
        return sheet;
    }

    /// Labelled rows under each other, such as originals above reconstructions: image `i` of each row shares a column.
    ///
    /// Rows longer than `columns` continue in further blocks of rows, set apart by a wider gap.
    public static BufferedImage rows(List<Row> rows, Layout layout) {
        int count = requireEqualRows(rows);
        int columns = Math.min(layout.columns(), count);
        int blocks = Math.ceilDiv(count, columns);
        int pitch = layout.cellHeight() + layout.gap();
        int blockPitch = rows.size() * pitch + (rows.size() > 1 ? 2 * layout.gap() + 4 : 0);
        int left = labelWidth(rows.stream().map(Row::label).toList());
        int height = Math.toIntExact(layout.gap() + (long) (blocks - 1) * blockPitch + (long) rows.size() * pitch);
        BufferedImage sheet = paper(left + layout.sheetWidth(columns), height);
        for (int r = 0; r < rows.size(); r++) {
            for (int i = 0; i < count; i++) {
                int x = left + layout.gap() + i % columns * (layout.cellWidth() + layout.gap());
                int y = layout.gap() + i / columns * blockPitch + r * pitch;
                draw(sheet, rows.get(r).images()[i], i, layout, x, y);
            }
            for (int block = 0; block < blocks; block++) {
                label(sheet, rows.get(r).label(), left, layout.gap() + block * blockPitch + r * pitch + layout.cellHeight() / 2);
            }
        }
        return sheet;
    }

    /// The bytes of a PNG file.
    public static byte[] png(BufferedImage image) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, "png", out)) {
                throw new IllegalArgumentException("this kind of image has no PNG form; use TYPE_INT_RGB");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
        return out.toByteArray();
    }

    /// Writes `image` to `file`, atomically.
    public static void savePng(Path file, BufferedImage image) {
        AtomicFile.write(file, png(image));
    }

    private static void draw(BufferedImage sheet, float[] image, int index, Layout layout, int left, int top) {
        int expected = layout.height() * layout.width() * layout.channels();
        if (image.length != expected) {
            throw new IllegalArgumentException("image " + index + " has " + image.length + " values, but " + layout.height()
                    + " x " + layout.width() + " x " + layout.channels() + " takes " + expected + "; correct the layout");
        }
        int scale = layout.scale();
        for (int y = 0; y < layout.height(); y++) {
            for (int x = 0; x < layout.width(); x++) {
                int rgb = rgb(image, index, (y * layout.width() + x) * layout.channels(), layout.channels());
                for (int dy = 0; dy < scale; dy++) {
                    for (int dx = 0; dx < scale; dx++) {
                        sheet.setRGB(left + x * scale + dx, top + y * scale + dy, rgb);
                    }
                }
            }
        }
    }

    private static int rgb(float[] image, int index, int at, int channels) {
        int red = level(image, index, at);
        return channels == 1
                ? red << 16 | red << 8 | red
                : red << 16 | level(image, index, at + 1) << 8 | level(image, index, at + 2);
    }

    private static int level(float[] image, int index, int at) {
        if (Float.isNaN(image[at])) {
            throw new IllegalArgumentException("image " + index + " is NaN at value " + at + "; the model has diverged or the data is damaged");
        }
        return Math.round(255 * Math.clamp(image[at], 0f, 1f));
    }

    private static BufferedImage paper(int width, int height) {
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = sheet.createGraphics();
        g.setColor(PAPER);
        g.fillRect(0, 0, width, height);
        g.dispose();
        return sheet;
    }

    /// Writes `text` so that it ends a little before `right`.
    private static void label(BufferedImage sheet, String text, int right, int middle) {
        text(sheet, text, width -> right - LABEL_RIGHT - width, middle);
    }

    private static void centred(BufferedImage sheet, String text, int centre, int middle) {
        text(sheet, text, width -> centre - width / 2, middle);
    }

    /// Writes at the place that `left` gives for the width of the text. Nothing is drawn for no text: that works without fonts.
    private static void text(BufferedImage sheet, String text, IntUnaryOperator left, int middle) {
        if (text.isEmpty()) {
            return;
        }
        Graphics2D g = sheet.createGraphics();
        prepare(g);
        FontMetrics metrics = g.getFontMetrics();
        g.setColor(INK);
        g.drawString(text, left.applyAsInt(metrics.stringWidth(text)), middle + (metrics.getAscent() - metrics.getDescent()) / 2);
        g.dispose();
    }

    private static int labelWidth(List<String> labels) {
        if (labels.stream().allMatch(String::isEmpty)) {
            return 0;
        }
        Graphics2D g = paper(1, 1).createGraphics();
        prepare(g);
        int widest = labels.stream().mapToInt(label -> g.getFontMetrics().stringWidth(label)).max().orElse(0);
        g.dispose();
        return LABEL_LEFT + widest + LABEL_RIGHT;
    }

    private static void prepare(Graphics2D g) {
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_PIXELS));
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    }

    private static int requireEqualRows(List<Row> rows) {
        requireImages(rows.size());
        int count = rows.getFirst().images().length;
        requireImages(count);
        for (Row row : rows) {
            if (row.images().length != count) {
                throw new IllegalArgumentException("row \"" + row.label() + "\" has " + row.images().length + " images but row \""
                        + rows.getFirst().label() + "\" has " + count + "; give every row as many");
            }
        }
        return count;
    }

    private static void requireWords(String what, List<String> words, int count) {
        if (!words.isEmpty() && words.size() != count) {
            throw new IllegalArgumentException("the frame has " + words.size() + " words for " + count + " " + what + "s; give one for each, or none");
        }
    }

    private static void requireImages(int count) {
        if (count == 0) {
            throw new IllegalArgumentException("there is no image to draw; give at least one");
        }
    }
}
