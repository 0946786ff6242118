package dev.fusedvae.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.geom.Ellipse2D;
import java.util.List;
import org.jfree.chart.annotations.XYShapeAnnotation;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.DefaultXYDataset;

/// Groups of points in a plane, with circles to compare them with.
public final class Planes {
    private static final Color CIRCLE = new Color(0x66666B);
    private static final int MANY = 1000;

    private Planes() {}

    /// Points of one colour: `points[i] = {x, y}`.
    @SuppressWarnings("ArrayRecordComponent")
    public record Group(String name, float[][] points) {}

    /// Draws the groups over each other, in order, and circles around the origin.
    ///
    /// @param x       name of the horizontal axis
    /// @param circles radii
    public static Chart of(String title, String x, String y, List<Group> groups, List<Double> circles) {
        int count = groups.stream().mapToInt(g -> g.points().length).sum();
        if (count == 0) {
            throw new IllegalArgumentException("there is no point to draw; give at least one");
        }
        DefaultXYDataset data = new DefaultXYDataset();
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(false, true);
        renderer.setDrawOutlines(false);
        double reach = circles.stream().mapToDouble(c -> c).max().orElse(0);
        for (int k = 0; k < groups.size(); k++) {
            data.addSeries(groups.get(k).name(), coordinates(groups.get(k)));
            renderer.setSeriesPaint(k, Look.translucent(k));
            renderer.setSeriesShape(k, Look.mark(k, count > MANY ? 3.6 : 6));
            renderer.setLegendShape(k, Look.mark(k, 9));
            for (float[] p : groups.get(k).points()) {
                reach = Math.max(reach, Math.max(finite(p[0]), finite(p[1])));
            }
        }
        XYPlot plot = Look.plot(data, Look.centred(x, 1.05 * reach), Look.centred(y, 1.05 * reach), renderer);
        for (double r : circles) {
            plot.addAnnotation(new XYShapeAnnotation(new Ellipse2D.Double(-r, -r, 2 * r, 2 * r), new BasicStroke(1f), CIRCLE));
        }
        return new Chart(Look.chart(title, plot, groups.size() > 1), 640, 640);
    }

    private static double finite(float value) {
        return Float.isFinite(value) ? Math.abs(value) : 0;
    }

    private static double[][] coordinates(Group group) {
        double[][] points = new double[2][group.points().length];
        for (int i = 0; i < points[0].length; i++) {
            float[] p = group.points()[i];
            points[0][i] = Float.isFinite(p[0]) ? p[0] : Double.NaN;
            points[1][i] = Float.isFinite(p[1]) ? p[1] : Double.NaN;
        }
        return points;
    }
}
