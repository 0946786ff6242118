package dev.fusedvae.chart;

import dev.fusedvae.io.AtomicFile;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import org.jfree.chart.JFreeChart;
import org.jfree.svg.SVGGraphics2D;
import org.jfree.svg.ViewBox;

/// A finished chart with its natural size, to be drawn as pixels or as SVG. Made by [Charts].
public final class Chart {

    /// Pixels of the PNG per unit of size: sharp on a dense screen.
    private static final int DENSITY = 2;

    /// Stands for the ids of clip paths until the content, and with it the final prefix, is known.
    private static final String PROVISIONAL = "provisional-";

    private final JFreeChart chart;
    private final int width;
    private final int height;

    Chart(JFreeChart chart, int width, int height) {
        this.chart = chart;
        this.width = width;
        this.height = height;
    }

    /// The chart in pixels, twice its natural size.
    public BufferedImage image() {
        BufferedImage image = new BufferedImage(DENSITY * width, DENSITY * height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        g.scale(DENSITY, DENSITY);
        chart.draw(g, new Rectangle2D.Double(0, 0, width, height));
        g.dispose();
        return image;
    }

    /// The chart as one `<svg>` element that scales with its page. The same chart gives the same text, and its ids are
    /// derived from its content, so that several charts can stand in one page. Upright text stays text; turned axis labels are outlines.
    public String svg() {
        SVGGraphics2D g = new SVGGraphics2D(width, height);
        g.setDefsKeyPrefix(PROVISIONAL);
        g.setGeomDoubleConverter(Chart::hundredths);
        g.setTransformDoubleConverter(Chart::hundredths);
        chart.draw(g, new Rectangle2D.Double(0, 0, width, height));
        String svg = g.getSVGElement(null, true, new ViewBox(0, 0, width, height), null, null);
        return svg.replace(PROVISIONAL, "c" + Integer.toHexString(svg.hashCode()) + "-");
    }

    /// Coordinates need no more than a hundredth of a pixel; full doubles make the file three times as large.
    private static String hundredths(double value) {
        double rounded = Math.round(100 * value) / 100.0;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    }

    /// Writes the chart as PNG, atomically.
    public void savePng(Path file) {
        Pictures.savePng(file, image());
    }

    /// Writes the chart as a stand-alone SVG file, atomically.
    public void saveSvg(Path file) {
        AtomicFile.write(file, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg() + "\n");
    }
}
