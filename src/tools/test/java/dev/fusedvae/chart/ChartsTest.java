package dev.fusedvae.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ChartsTest {

    private static final List<Charts.Epoch> TRAIN = IntStream.rangeClosed(1, 6)
            .mapToObj(e -> new Charts.Epoch(e, -110 - 60.0 / e, -90 - 50.0 / e, 20 + 10.0 / e)).toList();

    @TempDir
    Path folder;

    @Test
    void losses_drawThreePanelsAndBothSets() throws Exception {
        String svg = Charts.losses(TRAIN, TRAIN.subList(2, 6)).svg();
        Set<String> texts = texts(parse(svg));
        assertTrue(texts.containsAll(Set.of("Nats per example, by epoch", "epoch", "train", "test")), texts.toString());
        assertTrue(texts.containsAll(Set.of("-170", "-100", "30")), "ticks of ELBO, reconstruction and KL among " + texts);
        assertEquals(1, Pattern.compile(">train<").matcher(svg).results().count(), "one legend for the three panels");
    }

    @Test
    void losses_withoutTestSetHaveNoLegend() throws Exception {
        Set<String> texts = texts(parse(Charts.losses(TRAIN, List.of()).svg()));
        assertFalse(texts.contains("train") || texts.contains("test"), texts.toString());
    }

    @Test
    void aDivergedRun_isStillDrawn() {
        List<Charts.Epoch> diverged = List.of(new Charts.Epoch(1, -200, -180, 20),
                new Charts.Epoch(2, Double.NaN, Double.NaN, Double.POSITIVE_INFINITY));
        assertTrue(texts(parse(Charts.losses(diverged, diverged).svg())).contains("test"));
        assertTrue(texts(parse(Charts.losses(diverged.subList(1, 2), List.of()).svg())).contains("epoch"));
        assertTrue(texts(parse(Charts.klPerLatent(new double[] {Double.NaN, Double.POSITIVE_INFINITY}).svg())).contains("1"));
        assertTrue(texts(parse(Charts.scatter(new float[][] {{Float.NaN, Float.POSITIVE_INFINITY}}, new int[1]).svg())).contains("z₀"));
    }

    @Test
    void klPerLatent_drawsBarsInProportion() {
        Chart chart = Charts.klPerLatent(new double[] {4, 2, 0});
        BufferedImage image = chart.image();
        int[] heights = IntStream.range(0, 3).map(bar -> column(image, Look.color(0).getRGB(), bar, 3)).toArray();
        assertTrue(heights[0] > 200, "the tallest bar fills the plot, got " + heights[0]);
        assertEquals(heights[0] / 2.0, heights[1], 2);
        assertTrue(heights[2] <= 1, "an unused latent has no bar, got " + heights[2]);
    }

    @Test
    void scatter_hasAMarkForEachCodeAndANameForEachLabel() throws Exception {
        float[][] codes = {{0, 0}, {1, 1}, {-1, 2}, {0.5f, -2}};
        Document svg = parse(Charts.scatter(codes, new int[] {3, 7, 3, 7}).svg());
        assertTrue(texts(svg).containsAll(Set.of("3", "7", "z₀")));
        assertEquals(2 + 1, marks(svg, Look.color(0)), "codes of the first label and its mark in the legend");
        assertEquals(2 + 1, marks(svg, Look.color(1)), "codes of the second label and its mark in the legend");
    }

    @Test
    void labelsBeyondThePalette_differInShape() {
        assertEquals(Look.color(0), Look.color(10));
        assertNotEquals(Look.mark(0, 6).getClass(), Look.mark(10, 6).getClass());
        assertNotEquals(Look.mark(10, 6).getClass(), Look.mark(20, 6).getClass());
    }

    @Test
    void svg_isTheSameEachTimeInEveryLocaleAndReferencesOnlyItself() {
        Locale before = Locale.getDefault();
        String svg = Charts.losses(TRAIN, TRAIN).svg();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertEquals(svg, Charts.losses(TRAIN, TRAIN).svg());
        } finally {
            Locale.setDefault(before);
        }
        Pattern.compile("url\\(([^)]*)\\)").matcher(svg).results().forEach(m -> {
            assertTrue(m.group(1).startsWith("#"), m.group());
            assertTrue(svg.contains("id='" + m.group(1).substring(1) + "'"), m.group());
        });
    }

    @Test
    void twoChartsInOnePage_shareNoId() {
        Set<String> ids = ids(Charts.klPerLatent(new double[] {1, 2}).svg());
        assertFalse(ids.isEmpty());
        ids.retainAll(ids(Charts.klPerLatent(new double[] {2, 1}).svg()));
        assertEquals(Set.of(), ids);
    }

    @Test
    void files_areAPngOfTwiceTheSizeAndAnSvg() throws Exception {
        Chart chart = Charts.klPerLatent(new double[] {1, 2});
        chart.savePng(folder.resolve("kl.png"));
        chart.saveSvg(folder.resolve("kl.svg"));
        BufferedImage png = ImageIO.read(folder.resolve("kl.png").toFile());
        assertEquals(1440, png.getWidth());
        assertEquals(640, png.getHeight());
        assertEquals(0xFFFFFFFF, png.getRGB(0, 0));
        assertEquals("svg", parse(Files.readString(folder.resolve("kl.svg"))).getDocumentElement().getTagName());
    }

    @Test
    void badInput_isNamedWithItsFix() {
        assertEquals("there is no epoch to draw; train for at least one",
                assertThrows(IllegalArgumentException.class, () -> Charts.losses(List.of(), List.of())).getMessage());
        assertEquals("there is no latent dimension to draw; give at least one value",
                assertThrows(IllegalArgumentException.class, () -> Charts.klPerLatent(new double[0])).getMessage());
        assertEquals("there are 1 codes and 2 labels; give at least one code and a label for each",
                assertThrows(IllegalArgumentException.class, () -> Charts.scatter(new float[1][2], new int[2])).getMessage());
        assertEquals("code 0 has 3 numbers and label 1; a code has 2 and a label is >= 0",
                assertThrows(IllegalArgumentException.class, () -> Charts.scatter(new float[1][3], new int[] {1})).getMessage());
    }

    /// The tallest run of `rgb` in any pixel column of one of `count` equal parts of the picture.
    private static int column(BufferedImage image, int rgb, int part, int count) {
        int best = 0;
        int from = 140 + (image.getWidth() - 180) * part / count;
        int to = 140 + (image.getWidth() - 180) * (part + 1) / count;
        for (int x = from; x < to; x++) {
            int height = 0;
            for (int y = 0; y < image.getHeight(); y++) {
                height += image.getRGB(x, y) == rgb ? 1 : 0;
            }
            best = Math.max(best, height);
        }
        return best;
    }

    private static Set<String> texts(Document svg) {
        return new HashSet<>(IntStream.range(0, svg.getElementsByTagName("text").getLength())
                .mapToObj(i -> svg.getElementsByTagName("text").item(i).getTextContent()).toList());
    }

    private static long marks(Document svg, Color color) {
        String fill = "fill:rgb(" + color.getRed() + "," + color.getGreen() + "," + color.getBlue() + ")";
        NodeList groups = svg.getElementsByTagName("g");
        return IntStream.range(0, groups.getLength())
                .filter(i -> ((Element) groups.item(i)).getAttribute("style").startsWith(fill)).count();
    }

    private static Set<String> ids(String svg) {
        return new HashSet<>(Pattern.compile("id='([^']*)'").matcher(svg).results().map(m -> m.group(1)).toList());
    }

    private static Document parse(String svg) {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder()
                    .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        } catch (Exception e) {
            throw new AssertionError("not XML", e);
        }
    }
}
