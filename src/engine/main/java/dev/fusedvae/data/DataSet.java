package dev.fusedvae.data;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/// Examples held in memory, immutable: raw values `[size, features]`, row-major, as unsigned bytes or as floats.
///
/// Raw values become network input through a [Normalization]. Floats are finite. The factories check their input and
/// throw [DataException]; those that take a flat array keep it without a copy, so the caller must not write to it again.
public final class DataSet {

    private static final byte[] NO_BYTES = {};
    private static final float[] NO_FLOATS = {};

    private final String name;
    private final int size;
    private final int features;
    private final boolean isBytes;
    private final byte[] bytes;
    private final float[] floats;
    private final int fullScale;
    private final Optional<ImageShape> image;
    private final Optional<int[]> labels;

    private DataSet(String name, int size, int features, boolean isBytes, byte[] bytes, float[] floats, int fullScale,
                    Optional<ImageShape> image, Optional<int[]> labels) {
        this.name = name;
        this.size = size;
        this.features = features;
        this.isBytes = isBytes;
        this.bytes = bytes;
        this.floats = floats;
        this.fullScale = fullScale;
        this.image = image;
        this.labels = labels;
    }

    /// Copies rows of equal length; `rows[i][j]` is feature j of example i.
    public static DataSet of(float[][] rows) {
        if (rows.length == 0) {
            throw new DataException("a data set needs at least one example, got an array of no rows");
        }
        int features = rows[0].length;
        checkLength("data", rows.length, features, (long) rows.length * features);
        float[] values = new float[rows.length * features];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != features) {
                throw new DataException("every row must have as many features as row 0, which has " + features + ": row " + i
                        + " has " + rows[i].length);
            }
            System.arraycopy(rows[i], 0, values, i * features, features);
        }
        return ofFloats("data", rows.length, features, values);
    }

    /// Unsigned bytes, row-major `[size, features]`, kept without a copy.
    ///
    /// The full scale is 255, or 1 where no value exceeds 1 (binary data); [#withFullScale] changes it.
    public static DataSet ofBytes(String name, int size, int features, byte[] values) {
        checkLength(name, size, features, values.length);
        int fullScale = maximum(values) <= 1 ? 1 : 255;
        return new DataSet(name, size, features, true, values, NO_FLOATS, fullScale, Optional.empty(), Optional.empty());
    }

    /// Finite floats, row-major `[size, features]`, kept without a copy.
    public static DataSet ofFloats(String name, int size, int features, float[] values) {
        checkLength(name, size, features, values.length);
        for (int k = 0; k < values.length; k++) {
            if (!Float.isFinite(values[k])) {
                throw new DataException(name + ": example " + k / features + ", feature " + k % features + " is " + values[k]
                        + "; every value must be a finite float, so clean or fill it in first");
            }
        }
        return new DataSet(name, size, features, false, NO_BYTES, values, 1, Optional.empty(), Optional.empty());
    }

    public String name() {
        return name;
    }

    /// Number of examples, at least 1.
    public int size() {
        return size;
    }

    /// Values per example, at least 1.
    public int features() {
        return features;
    }

    /// The shape of the picture that an example forms, if examples are pictures.
    public Optional<ImageShape> image() {
        return image;
    }

    /// One label per example, if the data has labels: a copy.
    public Optional<int[]> labels() {
        return labels.map(int[]::clone);
    }

    /// True where raw values are unsigned bytes ([#bytes]), false where they are floats ([#floats]).
    public boolean isBytes() {
        return isBytes;
    }

    /// The data set's own array of unsigned bytes, row-major `[size, features]`, not a copy: do not write to it.
    public byte[] bytes() {
        if (!isBytes) {
            throw new IllegalStateException(name + " holds floats, not bytes: ask isBytes() and read floats()");
        }
        return bytes;
    }

    /// The data set's own array of floats, row-major `[size, features]`, not a copy: do not write to it.
    public float[] floats() {
        if (isBytes) {
            throw new IllegalStateException(name + " holds bytes, not floats: ask isBytes() and read bytes(), or use asFloats()");
        }
        return floats;
    }

    /// The raw byte that stands for 1 under unit scaling: 255 in pictures, 16 in `digits`, 1 in binary data; 1 for floats.
    public int fullScale() {
        return fullScale;
    }

    /// Raw value of feature j of example i: 0..255 for bytes.
    public float raw(int i, int j) {
        int at = Math.addExact(Math.multiplyExact(i, features), Objects.checkIndex(j, features));
        return isBytes ? bytes[at] & 0xff : floats[at];
    }

    /// Examples `from` (inclusive) to `to` (exclusive), copied.
    public DataSet slice(int from, int to) {
        if (from < 0 || to > size || from >= to) {
            throw new DataException("cannot take examples " + from + " to " + to + " of " + name + ", which has " + size
                    + ": need 0 <= from < to <= " + size);
        }
        return new DataSet(name, to - from, features, isBytes,
                isBytes ? Arrays.copyOfRange(bytes, from * features, to * features) : NO_BYTES,
                isBytes ? NO_FLOATS : Arrays.copyOfRange(floats, from * features, to * features),
                fullScale, image, labels.map(all -> Arrays.copyOfRange(all, from, to)));
    }

    /// The examples of the given indices, in that order, copied.
    public DataSet select(int[] indices) {
        checkLength(name, indices.length, features, (long) indices.length * features);
        byte[] someBytes = isBytes ? new byte[indices.length * features] : NO_BYTES;
        float[] someFloats = isBytes ? NO_FLOATS : new float[indices.length * features];
        for (int i = 0; i < indices.length; i++) {
            if (indices[i] < 0 || indices[i] >= size) {
                throw new DataException(name + " has examples 0 to " + (size - 1) + ", so there is no example " + indices[i]);
            }
            System.arraycopy(isBytes ? bytes : floats, indices[i] * features, isBytes ? someBytes : someFloats, i * features, features);
        }
        return new DataSet(name, indices.length, features, isBytes, someBytes, someFloats, fullScale, image,
                labels.map(all -> Arrays.stream(indices).map(i -> all[i]).toArray()));
    }

    /// The same raw values as floats.
    public DataSet asFloats() {
        if (!isBytes) {
            return this;
        }
        float[] values = new float[bytes.length];
        for (int k = 0; k < values.length; k++) {
            values[k] = bytes[k] & 0xff;
        }
        return new DataSet(name, size, features, false, NO_BYTES, values, 1, image, labels);
    }

    /// The same data under another name.
    public DataSet withName(String newName) {
        return new DataSet(newName, size, features, isBytes, bytes, floats, fullScale, image, labels);
    }

    /// The same data with one label per example, copied.
    public DataSet withLabels(int[] newLabels) {
        if (newLabels.length != size) {
            throw new DataException(name + " has " + size + " examples but " + newLabels.length + " labels; each example needs one");
        }
        return new DataSet(name, size, features, isBytes, bytes, floats, fullScale, image, Optional.of(newLabels.clone()));
    }

    /// The same data with its examples taken as pictures of that shape.
    public DataSet withImage(ImageShape shape) {
        if (shape.features() != features) {
            throw new DataException(name + " has " + features + " features, but an image of " + shape + " has " + shape.features()
                    + "; give a shape whose height x width x channels is " + features);
        }
        return new DataSet(name, size, features, isBytes, bytes, floats, fullScale, Optional.of(shape), labels);
    }

    /// The same bytes with another raw value standing for 1 under unit scaling; no raw value may exceed it.
    public DataSet withFullScale(int newFullScale) {
        int max = maximum(bytes());
        if (newFullScale < Math.max(1, max) || newFullScale > 255) {
            throw new DataException("the full scale of " + name + " must be at least its largest value " + max
                    + " and in 1..255, got " + newFullScale);
        }
        return new DataSet(name, size, features, true, bytes, floats, newFullScale, image, labels);
    }

    @Override
    public String toString() {
        return name + " [" + size + ", " + image.map(ImageShape::toString).orElse(Integer.toString(features)) + "] "
                + (isBytes ? "bytes" : "floats") + (labels.isPresent() ? ", labelled" : "");
    }

    private static void checkLength(String name, int size, int features, long length) {
        if (size < 1 || features < 1) {
            throw new DataException(name + " must have at least one example of at least one feature, got [" + size + ", " + features + "]");
        }
        long elements = (long) size * features;
        if (elements > Integer.MAX_VALUE) {
            throw new DataException(name + " has " + size + " x " + features + " = " + elements
                    + " values; a data set in memory must have fewer than 2^31, so take a part of it");
        }
        if (length != elements) {
            throw new DataException(name + " must have size x features = " + size + " x " + features + " = " + elements
                    + " values, got " + length);
        }
    }

    private static int maximum(byte[] values) {
        int max = 0;
        for (byte value : values) {
            max = Math.max(max, value & 0xff);
        }
        return max;
    }
}
