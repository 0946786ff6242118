package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.chart.Pictures;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.ImageShape;
import dev.fusedvae.data.Normalization;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Pictures of what a model does.
///
/// Inputs of a model are normalised values; a picture needs 0 (black) to 1 (white), so the mean is put back and values
/// that were left raw are divided by the largest.
final class Gallery {
    private static final int COLUMNS = 16;

    private final Vae vae;
    private final ImageShape shape;

    /// A gallery of a model whose examples are pictures.
    Gallery(Vae vae) {
        this.vae = vae;
        this.shape = vae.image().orElseThrow();
    }

    /// Generated examples, `columns` a line.
    BufferedImage grid(float[][] decoded, int columns) {
        return Pictures.grid(shown(decoded), layout(columns));
    }

    /// Each example above its reconstruction.
    BufferedImage reconstructions(DataSet examples) {
        float[][] rebuilt = shown(vae.reconstruct(examples));
        return Pictures.rows(List.of(new Pictures.Row("original", originals(examples)), new Pictures.Row("rebuilt", rebuilt)), layout(COLUMNS));
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
        return Pictures.grid(cells.toArray(float[][]::new), layout(paths.steps() + 2));
    }

    /// A line for each latent of `traversal`, named with its KL.
    BufferedImage traversal(Traversal traversal) {
        float[][] decoded = shown(vae.decode(traversal.codes()));
        int steps = traversal.steps();
        List<Pictures.Row> rows = new ArrayList<>();
        for (int r = 0; r < traversal.latents().size(); r++) {
            rows.add(new Pictures.Row(traversal.name(r), Arrays.copyOfRange(decoded, r * steps, (r + 1) * steps)));
        }
        return Pictures.rows(rows, layout(steps));
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
