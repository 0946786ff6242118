package dev.fusedvae.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.text.NumberFormat;
import java.util.Locale;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.Plot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYItemRenderer;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYDataset;

/// How every chart looks: white, a light grid, no frame, flat colours that colour-blind readers can tell apart.
final class Look {

    /// Paul Tol's "muted" scheme, its pale grey darkened to be seen on white; blue and red first.
    /// Source: <https://personal.sron.nl/~pault/>, figure 4.
    private static final Color[] PALETTE = {
        new Color(0x332288), new Color(0xCC6677), new Color(0x117733), new Color(0xDDAA33), new Color(0x88CCEE),
        new Color(0x882255), new Color(0x44AA99), new Color(0x999933), new Color(0xAA4499), new Color(0x777777),
    };

    private static final Color INK = new Color(0x2B2B2E);
    static final Color QUIET = new Color(0x66666B);
    static final Color GRID = new Color(0xE4E4E7);
    private static final int ALPHA = 190;

    private Look() {}

    static Color color(int series) {
        return PALETTE[series % PALETTE.length];
    }

    static Color translucent(int series) {
        Color base = color(series);
        return new Color(base.getRed(), base.getGreen(), base.getBlue(), ALPHA);
    }

    /// Solid for the first series and dashed for the others, so that colour is not the only difference.
    static Stroke line(int series) {
        return series == 0
                ? new BasicStroke(2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
                : new BasicStroke(2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, new float[] {6f, 4f}, 0f);
    }

    /// A mark around the origin; its shape changes each time that the palette has been used up.
    static Shape mark(int series, double size) {
        double r = size / 2;
        return switch (series / PALETTE.length % 3) {
            case 0 -> new Ellipse2D.Double(-r, -r, size, size);
            case 1 -> new Rectangle2D.Double(-r, -r, size, size);
            default -> {
                Path2D triangle = new Path2D.Double();
                triangle.moveTo(0, -r);
                triangle.lineTo(r, r);
                triangle.lineTo(-r, r);
                triangle.closePath();
                yield triangle;
            }
        };
    }

    static NumberAxis axis(String label) {
        NumberAxis axis = new NumberAxis(label);
        axis.setStandardTickUnits(NumberAxis.createStandardTickUnits(Locale.ROOT));
        axis.setLabelFont(font(Font.PLAIN, 13));
        axis.setLabelPaint(QUIET);
        axis.setTickLabelFont(font(Font.PLAIN, 12));
        axis.setTickLabelPaint(QUIET);
        axis.setTickMarksVisible(false);
        axis.setAxisLineVisible(false);
        return axis;
    }

    /// An axis from `-reach` to `reach` with two to five round steps per side, the same for equal reaches.
    static NumberAxis centred(String label, double reach) {
        double power = Math.pow(10, Math.floor(Math.log10(reach)));
        double step = reach / power >= 6 ? 2 * power : reach / power >= 2.5 ? power : power / 2;
        NumberAxis axis = axis(label);
        axis.setRange(-reach, reach);
        axis.setTickUnit(new NumberTickUnit(step, NumberFormat.getNumberInstance(Locale.ROOT)));
        return axis;
    }

    static XYPlot plot(XYDataset data, ValueAxis x, ValueAxis y, XYItemRenderer renderer) {
        XYPlot plot = new XYPlot(data, x, y, renderer);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setOutlineVisible(false);
        plot.setDomainGridlinePaint(GRID);
        plot.setRangeGridlinePaint(GRID);
        plot.setDomainGridlineStroke(new BasicStroke(1f));
        plot.setRangeGridlineStroke(new BasicStroke(1f));
        plot.setAxisOffset(new RectangleInsets(2, 2, 2, 2));
        return plot;
    }

    static JFreeChart chart(String title, Plot plot, boolean legend) {
        plot.setOutlineVisible(false);
        JFreeChart chart = new JFreeChart(null, font(Font.BOLD, 16), plot, false);
        chart.setBackgroundPaint(Color.WHITE);
        chart.setPadding(new RectangleInsets(14, 12, 12, 20));
        chart.setAntiAlias(true);
        TextTitle heading = new TextTitle(title, font(Font.BOLD, 16));
        heading.setPaint(INK);
        heading.setHorizontalAlignment(HorizontalAlignment.LEFT);
        heading.setPadding(new RectangleInsets(0, 8, 10, 0));
        chart.setTitle(heading);
        if (legend) {
            LegendTitle key = new LegendTitle(plot);
            key.setPosition(RectangleEdge.BOTTOM);
            key.setItemFont(font(Font.PLAIN, 12));
            key.setItemPaint(INK);
            key.setItemLabelPadding(new RectangleInsets(2, 4, 2, 12));
            key.setFrame(BlockBorder.NONE);
            key.setBackgroundPaint(Color.WHITE);
            chart.addLegend(key);
        }
        return chart;
    }

    private static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }
}
