package dev.fusedvae.eval;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.data.DataException;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.VaeSpec;

/// Data as backends read it, and the refusal of data that a model cannot take.
public final class Inputs {
    private Inputs() {}

    /// The raw values of `data` with `normalization` beside them; nothing is copied where bytes can stay bytes.
    public static Examples examples(DataSet data, Normalization normalization) {
        float divisor = normalization.divisor();
        // Dynamic binarization of bytes counts in integers: v / fullScale must be the normalised value.
        boolean integer = normalization.offset() == 0 && divisor >= 1 && divisor <= 255 && divisor == Math.rint(divisor);
        if (data.isBytes() && integer) {
            return new Examples.Bytes(data.bytes(), data.features(), normalization.table(), (int) divisor, normalization.meanArray());
        }
        return new Examples.Floats(data.asFloats().floats(), data.features(), normalization.offset(), divisor, normalization.meanArray());
    }

    /// Refuses data of another width.
    public static void checkFeatures(VaeSpec spec, DataSet data) {
        if (data.features() != spec.features()) {
            throw new DataException("%s has %d features but the model takes %d; give it data of that width or train a model for this data"
                    .formatted(data.name(), data.features(), spec.features()));
        }
    }

    /// Refuses data that the model cannot score: another width, or values that its likelihood does not allow.
    public static void check(VaeSpec spec, Binarization binarization, DataSet data, Normalization normalization) {
        checkFeatures(spec, data);
        if (!normalization.mean().isEmpty() && normalization.mean().size() != data.features()) {
            throw new DataException("the normalization has a mean for %d features but %s has %d; fit it to data of that width"
                    .formatted(normalization.mean().size(), data.name(), data.features()));
        }
        if (binarization != Binarization.NONE) {
            checkUnit(data, normalization, binarization.flag() + " binarization", "normalization unit, or no binarization");
        } else if (spec.likelihood().unitInterval()) {
            checkUnit(data, normalization, "a " + spec.likelihood().flag() + " likelihood", "normalization unit, or a gaussian likelihood");
        }
    }

    private static void checkUnit(DataSet data, Normalization normalization, String what, String remedy) {
        Examples examples = examples(data, normalization);
        boolean known = switch (examples) {
            case Examples.Bytes bytes -> bytes.mean().length == 0 && bytes.table()[255] <= 1;
            case Examples.Floats floats -> false;
        };
        if (known) {
            return;
        }
        for (int i = 0; i < examples.count(); i++) {
            for (int j = 0; j < examples.features(); j++) {
                float v = examples.value(i, j);
                if (!(v >= 0 && v <= 1)) {
                    throw new DataException("%s: example %d, feature %d is %s after normalization, but %s needs values in [0, 1]; use %s"
                            .formatted(data.name(), i, j, v, what, remedy));
                }
            }
        }
    }
}
