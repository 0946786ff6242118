package dev.fusedvae.chart;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.StandardXYBarPainter;
import org.jfree.chart.renderer.xy.XYBarRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.DefaultXYDataset;
import org.jfree.data.xy.IntervalXYDataset;
import org.jfree.data.xy.XYBarDataset;

/// The charts of a run: losses by epoch, the use of each latent, codes in the plane.
public final class Charts {

    /// Drawn as single dots only while there are few epochs; beyond that, the line is enough.
    private static final int MOST_MARKED_EPOCHS = 25;

    private Charts() {}

    /// Means over one pass of a data set, in nats per example; `elbo = reconstruction - beta · kl`, so higher is better
    /// for the first two.
    public record Epoch(int epoch, double elbo, double reconstruction, double kl) {}

    /// ELBO, reconstruction and KL by epoch, one above the other; `test` may be empty or skip epochs.
    public static Chart losses(List<Epoch> train, List<Epoch> test) {
        if (train.isEmpty()) {
            throw new IllegalArgumentException("there is no epoch to draw; train for at least one");
        }
        NumberAxis epochs = Look.axis("epoch");
        epochs.setStandardTickUnits(NumberAxis.createIntegerTickUnits(Locale.ROOT));
        epochs.setAutoRangeIncludesZero(false);
        CombinedDomainXYPlot stack = new CombinedDomainXYPlot(epochs);
        stack.setGap(14);
        XYPlot top = panel("ELBO", train, test, Epoch::elbo);
        stack.add(top, 1);
        stack.add(panel("reconstruction", train, test, Epoch::reconstruction), 1);
        stack.add(panel("KL", train, test, Epoch::kl), 1);
        stack.setFixedLegendItems(top.getLegendItems());
        return new Chart(Look.chart("Nats per example, by epoch", stack, !test.isEmpty()), 720, 620);
    }

    /// A bar for each latent dimension: its KL to the prior in nats per example, averaged over data. Bars near zero are
    /// dimensions that the model does not use.
    public static Chart klPerLatent(double[] klNats) {
        if (klNats.length == 0) {
            throw new IllegalArgumentException("there is no latent dimension to draw; give at least one value");
        }
        DefaultXYDataset bars = new DefaultXYDataset();
        bars.addSeries("KL", new double[][] {IntStream.range(0, klNats.length).asDoubleStream().toArray(),
            DoubleStream.of(klNats).map(Charts::drawable).toArray()});
        IntervalXYDataset data = new XYBarDataset(bars, klNats.length > 40 ? 0.9 : 0.72);
        XYBarRenderer renderer = new XYBarRenderer();
        renderer.setBarPainter(new StandardXYBarPainter());
        renderer.setShadowVisible(false);
        renderer.setDrawBarOutline(false);
        renderer.setSeriesPaint(0, Look.color(0));
        NumberAxis latents = Look.axis("latent dimension");
        latents.setStandardTickUnits(NumberAxis.createIntegerTickUnits(Locale.ROOT));
        latents.setRange(-0.7, klNats.length - 0.3);
        XYPlot plot = Look.plot(data, latents, Look.axis("KL (nats)"), renderer);
        plot.setDomainGridlinesVisible(false);
        return new Chart(Look.chart("KL per latent dimension", plot, false), 720, 320);
    }

    /// Codes in the plane, coloured by label: `codes[i] = {x, y}` and `labels[i] >= 0`. Beyond ten labels the marks
    /// change shape. Meant for some thousands of points: each is one element of the SVG.
    public static Chart scatter(float[][] codes, int[] labels) {
        if (codes.length == 0 || codes.length != labels.length) {
            throw new IllegalArgumentException("there are " + codes.length + " codes and " + labels.length
                    + " labels; give at least one code and a label for each");
        }
        int[] kinds = IntStream.of(labels).distinct().sorted().toArray();
        DefaultXYDataset data = new DefaultXYDataset();
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(false, true);
        renderer.setDrawOutlines(false);
        for (int k = 0; k < kinds.length; k++) {
            data.addSeries(Integer.toString(kinds[k]), points(codes, labels, kinds[k]));
            renderer.setSeriesPaint(k, Look.translucent(k));
            renderer.setSeriesShape(k, Look.mark(k, codes.length > 1000 ? 3.6 : 6));
            renderer.setLegendShape(k, Look.mark(k, 9));
        }
        double reach = reach(codes);
        XYPlot plot = Look.plot(data, Look.centred("z₀", reach), Look.centred("z₁", reach), renderer);
        return new Chart(Look.chart("Codes by label", plot, kinds.length > 1), 640, 640);
    }

    /// Half the side of the square around the origin that shows every code: the prior is round, so the axes are equal.
    private static double reach(float[][] codes) {
        double reach = 1;
        for (float[] code : codes) {
            for (float value : code) {
                reach = Float.isFinite(value) ? Math.max(reach, Math.abs(value)) : reach;
            }
        }
        return 1.05 * reach;
    }

    private static double[][] points(float[][] codes, int[] labels, int kind) {
        int[] rows = IntStream.range(0, codes.length).filter(i -> labels[i] == kind).toArray();
        double[][] points = new double[2][rows.length];
        for (int i = 0; i < rows.length; i++) {
            float[] code = codes[rows[i]];
            if (code.length != 2 || kind < 0) {
                throw new IllegalArgumentException("code " + rows[i] + " has " + code.length + " numbers and label " + kind
                        + "; a code has 2 and a label is >= 0");
            }
            points[0][i] = drawable(code[0]);
            points[1][i] = drawable(code[1]);
        }
        return points;
    }

    /// Leaves a hole where a diverged run has an infinity, as it does for NaN: no axis reaches there.
    private static double drawable(double value) {
        return Double.isFinite(value) ? value : Double.NaN;
    }

    private static XYPlot panel(String name, List<Epoch> train, List<Epoch> test, ToDoubleFunction<Epoch> value) {
        DefaultXYDataset data = new DefaultXYDataset();
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, train.size() <= MOST_MARKED_EPOCHS);
        line(data, renderer, "train", train, value);
        if (!test.isEmpty()) {
            line(data, renderer, "test", test, value);
        }
        NumberAxis axis = Look.axis(name);
        axis.setAutoRangeIncludesZero(false);
        return Look.plot(data, new NumberAxis(), axis, renderer);
    }

    private static void line(DefaultXYDataset data, XYLineAndShapeRenderer renderer, String name, List<Epoch> epochs,
            ToDoubleFunction<Epoch> value) {
        int series = data.getSeriesCount();
        data.addSeries(name, new double[][] {
            epochs.stream().mapToDouble(Epoch::epoch).toArray(), epochs.stream().mapToDouble(e -> drawable(value.applyAsDouble(e))).toArray()});
        renderer.setSeriesPaint(series, Look.color(series));
        renderer.setSeriesStroke(series, Look.line(series));
        renderer.setSeriesShape(series, Look.mark(0, 5));
    }
}
