package dev.fusedvae.data;

/// How the features of an example form a picture: feature `(y * width + x) * channels + c`, row by row, channels last.
///
/// `channels` is 1 (grey) or 3 (red, green, blue).
public record ImageShape(int height, int width, int channels) {

    public ImageShape {
        if (height < 1 || width < 1) {
            throw new DataException("an image must be at least 1x1, got " + height + "x" + width);
        }
        if (channels != 1 && channels != 3) {
            throw new DataException("an image has 1 (grey) or 3 (RGB) channels, got " + channels);
        }
        if ((long) height * width * channels > Integer.MAX_VALUE) {
            throw new DataException("an image must have fewer than 2^31 values, got " + height + "x" + width + "x" + channels);
        }
    }

    /// Values per example: `height * width * channels`.
    public int features() {
        return height * width * channels;
    }

    /// `28x28`, or `32x32x3` with colour.
    @Override
    public String toString() {
        return height + "x" + width + (channels == 1 ? "" : "x" + channels);
    }
}
