package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.chart.Pictures;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.ImageShape;
import dev.fusedvae.data.Normalization;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// Pictures of what a model does.
///
/// Inputs of a model are normalised values; a picture needs 0 (black) to 1 (white), so the mean is put back and values
/// that were left raw are divided by the largest.
final class Gallery {
    private static final int COLUMNS = 16;

    private final Vae vae;
    private final ImageShape shape;
    private final boolean fonts = Fonts.families() > 0;

    /// A gallery of a model whose examples are pictures.
    Gallery(Vae vae) {
        this.vae = vae;
        this.shape = vae.image().orElseThrow();
    }

    /// Generated examples, `columns` per line.
    BufferedImage grid(float[][] decoded, int columns) {
        return Pictures.grid(shown(decoded), layout(columns));
    }

    /// Each example above its reconstruction.
    BufferedImage reconstructions(DataSet examples) {
        float[][] rebuilt = shown(vae.reconstruct(examples));
        return Pictures.rows(List.of(new Pictures.Row(word("original"), originals(examples)), new Pictures.Row(word("rebuilt"), rebuilt)), layout(COLUMNS));
    }

    /// The latent plane: `decoded` are the points of [Manifold#codes], framed by their coordinates.
    BufferedImage manifold(float[][] decoded, int size) {
        List<String> values = Manifold.values(size).stream().map(v -> number(v, 2)).toList();
        return framed(shown(decoded), layout(size), new Pictures.Frame(values, values.reversed(), "z₀", "z₁"));
    }

    /// A line for each path: the example it starts at, its steps decoded, the example it ends at.
    BufferedImage interpolation(Interpolation paths) {
        float[][] from = originals(paths.from());
        float[][] to = originals(paths.to());
        float[][] decoded = shown(vae.decode(paths.codes()));
        List<float[]> cells = new ArrayList<>();
        for (int i = 0; i < from.length; i++) {
            cells.add(from[i]);
            cells.addAll(List.of(decoded).subList(i * paths.steps(), (i + 1) * paths.steps()));
            cells.add(to[i]);
        }
        List<String> columns = new ArrayList<>(List.of("start"));
        for (int s = 0; s < paths.steps(); s++) {
            columns.add(Math.round(100.0 * s / (paths.steps() - 1)) + " %");
        }
        columns.add("end");
        return framed(cells.toArray(float[][]::new), layout(paths.steps() + 2), new Pictures.Frame(columns, paths.names()));
    }

    /// A line for each latent of `traversal`, named with its KL.
    BufferedImage traversal(Traversal traversal) {
        float[][] decoded = shown(vae.decode(traversal.codes()));
        int steps = traversal.steps();
        List<String> names = IntStream.range(0, traversal.latents().size()).mapToObj(traversal::name).toList();
        return framed(decoded, layout(steps), new Pictures.Frame(traversal.values().stream().map(v -> number(v, 1)).toList(), names,
                "deviations of the prior from its mean", ""));
    }

    private static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value).replace('-', '\u2212');
    }

    private BufferedImage framed(float[][] images, Pictures.Layout layout, Pictures.Frame frame) {
        return fonts ? Pictures.framed(images, layout, frame) : Pictures.grid(images, layout);
    }

    /// A picture without words is better than none.
    private String word(String text) {
        return fonts ? text : "";
    }

    private Pictures.Layout layout(int columns) {
        return Pictures.Layout.fit(shape.height(), shape.width(), shape.channels(), columns);
    }

    private float[][] originals(DataSet examples) {
        float[][] rows = new float[examples.size()][examples.features()];
        for (int i = 0; i < rows.length; i++) {
            vae.normalization().row(examples, i, rows[i], 0);
        }
        return shown(rows);
    }

    private float[][] shown(float[][] values) {
        Normalization normalization = vae.normalization();
        float[] mean = normalization.meanArray();
        float largest = 1;
        if (normalization.kind() == Normalization.Kind.NONE) {
            for (float[] row : values) {
                for (float v : row) {
                    largest = Math.max(largest, v);
                }
            }
        }
        float[][] shown = new float[values.length][];
        for (int i = 0; i < values.length; i++) {
            shown[i] = values[i].clone();
            for (int j = 0; j < shown[i].length; j++) {
                shown[i][j] = (mean.length == 0 ? shown[i][j] : shown[i][j] + mean[j]) / largest;
            }
        }
        return shown;
    }
}
