package dev.fusedvae.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.CategoryLabelPositions;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.labels.StandardCategoryItemLabelGenerator;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StackedBarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.category.CategoryDataset;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.data.xy.DefaultXYDataset;

/// Charts of measurements: what grows over decades, and bars.
public final class Plots {
    private static final double ROOM = 1.3;
    /// Below this ratio of largest to smallest an axis has powers of two: there are hardly any of ten.
    private static final double LEAST_DECADES = 100;
    /// Below this ratio an axis goes on to the next powers of two on both sides: between them may lie one or none.
    private static final double LEAST_OCTAVES = 4;
    /// The share of an axis of multiples that is kept for the label of the longest bar.
    private static final double LABEL_ROOM = 0.3;

    private Plots() {}

    /// How a series is drawn.
    public enum Style { LINE, DOTS, BOTH }

    /// Points of one name; both coordinates positive.
    @SuppressWarnings("ArrayRecordComponent")
    public record Series(String name, Style style, double[] x, double[] y) {
        public Series {
            if (x.length != y.length || x.length == 0) {
                throw new IllegalArgumentException("series " + name + " has " + x.length + " and " + y.length + " coordinates; give as many of both");
            }
        }
    }

    /// Bars of `names` (one colour each) at `groups`; `values[name][group]`, NaN for none.
    @SuppressWarnings("ArrayRecordComponent")
    public record Bars(List<String> groups, List<String> names, double[][] values) {
        public Bars {
            groups = List.copyOf(groups);
            names = List.copyOf(names);
        }
    }

    /// Both axes logarithmic.
    public static Chart decades(String title, String xLabel, String yLabel, List<Series> all) {
        if (all.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to draw in \"" + title + "\"");
        }
        DefaultXYDataset data = new DefaultXYDataset();
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, true);
        int colour = 0;
        for (int i = 0; i < all.size(); i++) {
            Series s = all.get(i);
            data.addSeries(s.name(), new double[][] {s.x(), s.y()});
            renderer.setSeriesLinesVisible(i, s.style() != Style.DOTS);
            renderer.setSeriesShapesVisible(i, s.style() != Style.LINE);
            renderer.setSeriesShape(i, Look.mark(colour, 8));
            renderer.setSeriesPaint(i, s.style() == Style.LINE ? Color.DARK_GRAY : Look.color(colour));
            renderer.setSeriesStroke(i, new BasicStroke(2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            colour += s.style() == Style.LINE ? 0 : 1;
        }
        XYPlot plot = Look.plot(data, new NumberAxis(), new NumberAxis(), renderer);
        plot.setDomainAxis(decadeAxis(xLabel, all.stream().flatMapToDouble(s -> Arrays.stream(s.x())).toArray()));
        plot.setRangeAxis(decadeAxis(yLabel, all.stream().flatMapToDouble(s -> Arrays.stream(s.y())).toArray()));
        return new Chart(Look.chart(title, plot, all.size() > 1), 760, 480 + 14 * (all.size() / 4));
    }

    /// Powers of two where all values are such powers, or where there are hardly any of ten; at least two of them.
    static LogAxis decadeAxis(String label, double[] values) {
        double least = Arrays.stream(values).min().orElseThrow();
        double most = Arrays.stream(values).max().orElseThrow();
        boolean binary = most / least < LEAST_DECADES || Arrays.stream(values).allMatch(v -> v == power(Math.getExponent(v)));
        LogAxis axis = new LogAxis(label);
        axis.setLabelFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        axis.setLabelPaint(Look.QUIET);
        axis.setTickLabelFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        axis.setTickLabelPaint(Look.QUIET);
        axis.setTickMarksVisible(false);
        axis.setAxisLineVisible(false);
        axis.setMinorTickMarksVisible(false);
        axis.setNumberFormatOverride(new DecimalFormat("#,##0.####", DecimalFormatSymbols.getInstance(Locale.ROOT)));
        boolean narrow = most / least < LEAST_OCTAVES;
        axis.setRange((narrow ? power(Math.floor(log2(least))) : least) / ROOM, (narrow ? power(Math.ceil(log2(most))) : most) * ROOM);
        axis.setBase(binary ? 2 : 10);
        axis.setTickUnit(new NumberTickUnit(1)); // powers of the base
        return axis;
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }

    private static double power(double exponent) {
        return Math.pow(2, exponent);
    }

    /// One bar per group, its parts on top of each other.
    public static Chart stacked(String title, String valueLabel, Bars bars) {
        StackedBarRenderer renderer = new StackedBarRenderer();
        return bars(title, Look.axis(valueLabel), bars, renderer, 150 + 62 * bars.groups().size() + 16 * ((bars.names().size() + 2) / 3));
    }

    /// Bars of a group side by side, of ratios: the axis is logarithmic, bars start at 1, and each has its label at its end.
    ///
    /// @param labels of `bars.values()`
    public static Chart multiples(String title, String valueLabel, Bars bars, String[][] labels) {
        BarRenderer renderer = new BarRenderer();
        renderer.setItemMargin(0.06);
        renderer.setBase(1);
        renderer.setDefaultItemLabelGenerator(new StandardCategoryItemLabelGenerator() {
            @Override
            public String generateLabel(CategoryDataset data, int name, int group) {
                return labels[name][group];
            }
        });
        renderer.setDefaultItemLabelsVisible(true);
        renderer.setDefaultItemLabelFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        renderer.setDefaultItemLabelPaint(Look.QUIET);
        renderer.setDefaultPositiveItemLabelPosition(new ItemLabelPosition(ItemLabelAnchor.OUTSIDE3, TextAnchor.CENTER_LEFT));
        renderer.setDefaultNegativeItemLabelPosition(new ItemLabelPosition(ItemLabelAnchor.OUTSIDE3, TextAnchor.CENTER_LEFT));
        double[] all = DoubleStream.concat(DoubleStream.of(1), Arrays.stream(bars.values()).flatMapToDouble(Arrays::stream)).filter(v -> !Double.isNaN(v)).toArray();
        LogAxis axis = decadeAxis(valueLabel, all);
        axis.setBase(2);
        double most = Arrays.stream(all).max().orElseThrow();
        double least = Arrays.stream(all).min().orElseThrow();
        axis.setRange(least / (least < 1 ? 1.5 : 1.02), most * Math.pow(most / least, LABEL_ROOM)); // the longest bar leaves room for its label
        return bars(title, axis, bars, renderer, 150 + (12 + 18 * bars.names().size()) * bars.groups().size());
    }

    private static Chart bars(String title, ValueAxis values, Bars bars, BarRenderer renderer, int height) {
        DefaultCategoryDataset data = new DefaultCategoryDataset();
        for (int n = 0; n < bars.names().size(); n++) {
            for (int g = 0; g < bars.groups().size(); g++) {
                double value = bars.values()[n][g];
                data.addValue(Double.isNaN(value) ? null : (Number) value, bars.names().get(n), bars.groups().get(g));
            }
            renderer.setSeriesPaint(n, Look.color(n));
        }
        renderer.setBarPainter(new StandardBarPainter());
        renderer.setShadowVisible(false);
        renderer.setDrawBarOutline(false);
        CategoryAxis groups = new CategoryAxis();
        groups.setTickLabelFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        groups.setTickLabelPaint(Look.QUIET);
        groups.setAxisLineVisible(false);
        groups.setTickMarksVisible(false);
        groups.setCategoryLabelPositions(CategoryLabelPositions.STANDARD);
        groups.setMaximumCategoryLabelWidthRatio(0.4f);
        CategoryPlot plot = new CategoryPlot(data, groups, values, renderer);
        plot.setOrientation(PlotOrientation.HORIZONTAL);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setRangeGridlinePaint(Look.GRID);
        plot.setRangeGridlineStroke(new BasicStroke(1f));
        return new Chart(Look.chart(title, plot, bars.names().size() > 1), 760, height);
    }
}
