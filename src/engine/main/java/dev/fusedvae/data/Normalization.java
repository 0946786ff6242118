package dev.fusedvae.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How a raw value becomes network input: `x = (raw - offset) / divisor - mean[j]`, in float, each operation rounded.
///
/// An empty `mean` means zeros. For bytes the engine reads `(raw - offset) / divisor` from a [#table]; with the usual
/// offset 0 and divisor 255 that is exactly `raw / 255f`. A normalization is fitted to training data and stored with the model.
public record Normalization(Kind kind, float offset, float divisor, List<Float> mean) {

    /// The choices a user has.
    public enum Kind {
        /// Raw values as they are.
        NONE,
        /// Scaled to [0, 1]: bytes by their full scale, floats by minimum and maximum unless they lie in [0, 1] already.
        UNIT,
        /// As UNIT, then the training mean of each feature is subtracted.
        CENTER;

        /// The kind of that name, upper or lower case; the error for any other name lists the kinds.
        public static Kind parse(String text) {
            for (Kind kind : values()) {
                if (kind.name().equalsIgnoreCase(text)) {
                    return kind;
                }
            }
            throw new DataException("normalization must be none, unit or center, got '" + text + "'");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Normalization {
        mean = List.copyOf(mean);
        if (!Float.isFinite(offset) || !(divisor > 0) || !Float.isFinite(divisor)) {
            throw new DataException("a normalization needs a finite offset and a finite divisor > 0, got " + offset + " and " + divisor);
        }
        if (kind == Kind.NONE && (offset != 0 || divisor != 1)) {
            throw new DataException("normalization none has offset 0 and divisor 1, got " + offset + " and " + divisor);
        }
        if ((kind == Kind.CENTER) == mean.isEmpty()) {
            throw new DataException("normalization " + kind + (mean.isEmpty() ? " needs a mean per feature" : " has no mean, got "
                    + mean.size() + " values; use center"));
        }
        for (float m : mean) {
            if (!Float.isFinite(m)) {
                throw new DataException("the mean of every feature must be finite, got " + m);
            }
        }
    }

    /// Raw values as they are.
    public static Normalization none() {
        return new Normalization(Kind.NONE, 0, 1, List.of());
    }

    /// Fits the given kind to training data.
    public static Normalization fit(Kind kind, DataSet train) {
        return switch (kind) {
            case NONE -> none();
            case UNIT -> unit(train);
            case CENTER -> center(train);
        };
    }

    /// Scaling to [0, 1].
    public static Normalization unit(DataSet train) {
        if (train.isBytes()) {
            return new Normalization(Kind.UNIT, 0, train.fullScale(), List.of());
        }
        float min = Float.POSITIVE_INFINITY;
        float max = Float.NEGATIVE_INFINITY;
        for (float value : train.floats()) {
            min = Math.min(min, value);
            max = Math.max(max, value);
        }
        if (min >= 0 && max <= 1) {
            return new Normalization(Kind.UNIT, 0, 1, List.of());
        }
        float range = max - min;
        if (range == 0 || !Float.isFinite(range)) {
            throw new DataException(train.name() + " cannot be scaled to [0, 1], because its values go from " + min + " to " + max
                    + ": use normalization none, or rescale the data");
        }
        return new Normalization(Kind.UNIT, min, range, List.of());
    }

    /// Scaling to [0, 1], then subtracting each feature's mean over the training data (summed in double).
    public static Normalization center(DataSet train) {
        Normalization unit = unit(train);
        double[] sum = new double[train.features()];
        float[] row = new float[train.features()];
        for (int i = 0; i < train.size(); i++) {
            unit.row(train, i, row, 0);
            for (int j = 0; j < sum.length; j++) {
                sum[j] += row[j];
            }
        }
        List<Float> mean = new ArrayList<>(sum.length);
        for (double s : sum) {
            mean.add((float) (s / train.size()));
        }
        return new Normalization(Kind.CENTER, unit.offset, unit.divisor, mean);
    }

    /// Input value of a raw value of feature j.
    public float apply(float raw, int j) {
        float scaled = (raw - offset) / divisor;
        return mean.isEmpty() ? scaled : scaled - mean.get(j);
    }

    /// Writes example i of the data as input values to `out[at .. at + features)`.
    public void row(DataSet data, int i, float[] out, int at) {
        if (!mean.isEmpty() && mean.size() != data.features()) {
            throw new DataException("this normalization was fitted to " + mean.size() + " features, but " + data.name() + " has "
                    + data.features());
        }
        for (int j = 0; j < data.features(); j++) {
            out[at + j] = apply(data.raw(i, j), j);
        }
    }

    /// Scaled value of each byte 0..255, before the mean is subtracted: `(v - offset) / divisor`.
    public float[] table() {
        float[] table = new float[256];
        for (int v = 0; v < table.length; v++) {
            table[v] = (v - offset) / divisor;
        }
        return table;
    }

    /// The mean of each feature, as a copy; empty if no mean is subtracted.
    public float[] meanArray() {
        float[] array = new float[mean.size()];
        for (int j = 0; j < array.length; j++) {
            array[j] = mean.get(j);
        }
        return array;
    }
}
