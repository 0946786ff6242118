package dev.fusedvae.png;

import dev.fusedvae.data.ImageShape;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/// The pixels of one picture as bytes, row by row, channels last, and their conversion to another shape.
record Pixels(ImageShape shape, byte[] values) {

    /// Takes grey as stored (8 bits, 16 bits cut to 8) and anything else as RGB; transparency is ignored.
    static Pixels of(BufferedImage image) {
        boolean grey = image.getColorModel() instanceof IndexColorModel palette
                ? isGrey(palette)
                : image.getColorModel().getNumColorComponents() == 1;
        ImageShape shape = new ImageShape(image.getHeight(), image.getWidth(), grey ? 1 : 3);
        byte[] values = new byte[shape.features()];
        // Grey samples come from the raster: getRGB would push them through a gamma curve.
        boolean samples = grey && !(image.getColorModel() instanceof IndexColorModel);
        Raster raster = image.getRaster();
        int shift = samples ? image.getColorModel().getComponentSize(0) - 8 : 0;
        int at = 0;
        for (int y = 0; y < shape.height(); y++) {
            for (int x = 0; x < shape.width(); x++) {
                if (samples) {
                    values[at++] = (byte) (raster.getSample(x, y, 0) >> shift);
                    continue;
                }
                int rgb = image.getRGB(x, y);
                for (int c = 0; c < shape.channels(); c++) {
                    values[at++] = (byte) (rgb >> 16 - 8 * c);
                }
            }
        }
        return new Pixels(shape, values);
    }

    /// These pixels in the given number of channels and size.
    Pixels to(ImageShape wanted) {
        Pixels converted = channels(wanted.channels());
        if (converted.shape.equals(wanted)) {
            return converted;
        }
        float[] across = resample(converted.toFloats(), shape.height(), shape.width(), wanted.width(), wanted.channels());
        // The second pass resamples rows: seen as one "picture" of one row whose pixels are whole rows.
        float[] down = resample(across, 1, shape.height(), wanted.height(), wanted.width() * wanted.channels());
        byte[] rounded = new byte[down.length];
        for (int k = 0; k < down.length; k++) {
            rounded[k] = (byte) Math.clamp(Math.round(down[k]), 0, 255);
        }
        return new Pixels(wanted, rounded);
    }

    /// Grey to RGB by repeating; RGB to grey by luma, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
    private Pixels channels(int wanted) {
        if (wanted == shape.channels()) {
            return this;
        }
        ImageShape target = new ImageShape(shape.height(), shape.width(), wanted);
        byte[] out = new byte[target.features()];
        for (int p = 0; p < shape.height() * shape.width(); p++) {
            if (wanted == 3) {
                out[3 * p] = out[3 * p + 1] = out[3 * p + 2] = values[p];
            } else {
                int luma = 299 * (values[3 * p] & 0xff) + 587 * (values[3 * p + 1] & 0xff) + 114 * (values[3 * p + 2] & 0xff);
                out[p] = (byte) ((luma + 500) / 1000);
            }
        }
        return new Pixels(target, out);
    }

    /// Resamples `[rows, from, inner]` to `[rows, to, inner]` with a triangle filter, widened when shrinking against aliasing.
    private static float[] resample(float[] in, int rows, int from, int to, int inner) {
        double ratio = (double) from / to;
        double radius = Math.max(1, ratio);
        float[] out = new float[rows * to * inner];
        for (int t = 0; t < to; t++) {
            double centre = (t + 0.5) * ratio - 0.5;
            int first = Math.max(0, (int) Math.ceil(centre - radius));
            int last = Math.min(from - 1, (int) Math.floor(centre + radius));
            double total = 0;
            for (int f = first; f <= last; f++) {
                total += 1 - Math.abs(f - centre) / radius;
            }
            for (int f = first; f <= last; f++) {
                float weight = (float) ((1 - Math.abs(f - centre) / radius) / total);
                for (int r = 0; r < rows; r++) {
                    for (int k = 0; k < inner; k++) {
                        out[(r * to + t) * inner + k] += weight * in[(r * from + f) * inner + k];
                    }
                }
            }
        }
        return out;
    }

    private float[] toFloats() {
        float[] floats = new float[values.length];
        for (int k = 0; k < floats.length; k++) {
            floats[k] = values[k] & 0xff;
        }
        return floats;
    }

    private static boolean isGrey(IndexColorModel palette) {
        for (int k = 0; k < palette.getMapSize(); k++) {
            if (palette.getRed(k) != palette.getGreen(k) || palette.getGreen(k) != palette.getBlue(k)) {
                return false;
            }
        }
        return true;
    }
}
