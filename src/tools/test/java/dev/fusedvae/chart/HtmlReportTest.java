package dev.fusedvae.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class HtmlReportTest {

    private static final String EVIL = "<script>alert('1 & \"2\"')</script>\u0000";

    @TempDir
    Path folder;

    @Test
    void page_isWellFormedAndHoldsWhatWasPutIn() throws Exception {
        Path file = folder.resolve("report.html");
        full().save(file);
        Document page = parse(Files.readString(file));
        assertEquals("A run", text(page, "title", 0));
        assertEquals("A run", text(page, "h1", 0));
        assertEquals("Key figures", text(page, "h2", 0));
        assertEquals(List.of("test ELBO", "launches"), List.of(text(page, "th", 0), text(page, "th", 1)));
        assertEquals("-103.2", text(page, "td", 0));
        assertEquals("Digits", text(page, "figcaption", 0));
        assertEquals(1, page.getElementsByTagName("svg").getLength());
    }

    @Test
    void picture_isEmbeddedPixelForPixel() throws Exception {
        Element img = (Element) parse(full().html()).getElementsByTagName("img").item(0);
        String prefix = "data:image/png;base64,";
        assertTrue(img.getAttribute("src").startsWith(prefix));
        byte[] png = Base64.getDecoder().decode(img.getAttribute("src").substring(prefix.length()));
        assertEquals(0xFF123456, ImageIO.read(new ByteArrayInputStream(png)).getRGB(1, 0));
        assertEquals("Digits", img.getAttribute("alt"));
    }

    @Test
    void page_refersToNothingOutside() {
        String html = full().html();
        Pattern.compile("(?:src|href|action|data|poster|srcset)\\s*=\\s*[\"']([^\"']*)").matcher(html).results()
                .forEach(m -> assertTrue(m.group(1).startsWith("data:") || m.group(1).startsWith("#"), m.group()));
        Pattern.compile("url\\(([^)]*)").matcher(html).results()
                .forEach(m -> assertTrue(m.group(1).startsWith("#"), m.group()));
        assertFalse(Pattern.compile("<(script|link|iframe|object|base)\\b|@import|javascript:").matcher(html).find());
        assertTrue(html.contains("default-src 'none'"));
    }

    @Test
    void everyText_isEscaped() {
        String html = HtmlReport.titled(EVIL).lead(EVIL).section(EVIL).paragraph(EVIL).facts(Map.of(EVIL, EVIL))
                .table(List.of(EVIL), List.of(List.of(EVIL))).picture(image(), EVIL).html();
        assertFalse(html.contains("<script"));
        assertFalse(html.contains("\u0000"));
        String expected = EVIL.replace('\u0000', '\uFFFD');
        Document page = parse(html);
        for (String tag : List.of("title", "h1", "p", "h2", "th", "td", "figcaption")) {
            assertEquals(expected, text(page, tag, 0), tag);
        }
        assertEquals(expected, ((Element) page.getElementsByTagName("img").item(0)).getAttribute("alt"));
    }

    @Test
    void table_setsColumnsOfNumbersToTheRight() {
        Document page = parse(HtmlReport.titled("t")
                .table(List.of("layer", "µs"), List.of(List.of("fc1", "12.5"), List.of("2", "−3 ± 0.1"))).html());
        assertEquals(List.of("", "number"), List.of(attribute(page, 0), attribute(page, 1)));
    }

    @Test
    void table_refusesARowOfAnotherWidth() {
        assertEquals("a row has 1 cells but the header has 2; give every row a cell for each column: [x]",
                assertThrows(IllegalArgumentException.class,
                        () -> HtmlReport.titled("t").table(List.of("a", "b"), List.of(List.of("x")))).getMessage());
    }

    @Test
    void png_refusesOtherBytes() {
        assertEquals("the picture \"c\" is not a PNG; give the bytes of a PNG file",
                assertThrows(IllegalArgumentException.class, () -> HtmlReport.titled("t").png(new byte[20], "c")).getMessage());
    }

    @Test
    void svg_isTakenWithoutItsPrologue() {
        String html = HtmlReport.titled("t").svg("<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'><g/></svg>\n", "c").html();
        assertFalse(html.contains("<?xml"));
        assertEquals(1, parse(html).getElementsByTagName("g").getLength());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "<svg><script>1</script></svg>", "<svg onload='x()'/>", "<svg><a href='https://example.org'/></svg>",
        "<svg xmlns:xlink='http://www.w3.org/1999/xlink'><image xlink:href='file.png'/></svg>",
        "<svg><rect style='fill:url(http://example.org/a)'/></svg>", "<svg><style>@import 'x'</style></svg>",
        "<svg><g></svg>", "<svg/><p/>", "<svg><a href='JavaScript:1'/></svg>", "plain text", "<svg>&undefined;</svg>"})
    void svg_thatCouldRunOrFetchIsRefused(String svg) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> HtmlReport.titled("t").svg(svg, "c"));
        assertTrue(e.getMessage().startsWith("the drawing \"c\" "), e.getMessage());
        assertTrue(e.getMessage().endsWith("; give a static SVG without scripts, styles or outside references"), e.getMessage());
    }

    private static HtmlReport full() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("test ELBO", "-103.2");
        facts.put("launches", "6");
        return HtmlReport.titled("A run").lead("5 epochs").section("Key figures").facts(facts).section("Pictures")
                .picture(image(), "Digits").chart(Charts.klPerLatent(new double[] {1, 2}), "KL");
    }

    private static BufferedImage image() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        image.setRGB(1, 0, 0x123456);
        return image;
    }

    private static String attribute(Document page, int cell) {
        return ((Element) page.getElementsByTagName("td").item(cell)).getAttribute("class");
    }

    private static String text(Document page, String tag, int index) {
        NodeList found = page.getElementsByTagName(tag);
        return found.item(index).getTextContent();
    }

    private static Document parse(String html) {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder()
                    .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
        } catch (Exception e) {
            throw new AssertionError("not well-formed", e);
        }
    }
}
