package dev.fusedvae.cli;

import dev.fusedvae.data.DataException;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;

/// Data made black and white once, at one half of full scale, for models of binary units and for likelihoods that are to be
/// compared with each other.
final class Thresholded {
    private Thresholded() {}

    static Split of(Split data) {
        Normalization unit = Normalization.unit(data.train());
        return new Split(of(data.train(), unit), of(data.test(), unit), data.heldOut());
    }

    private static DataSet of(DataSet data, Normalization unit) {
        byte[] bits = new byte[Math.multiplyExact(data.size(), data.features())];
        for (int i = 0, at = 0; i < data.size(); i++) {
            for (int j = 0; j < data.features(); j++) {
                float v = unit.apply(data.raw(i, j), j);
                if (!(v >= 0 && v <= 1)) {
                    throw new DataException("%s: example %d, feature %d is %s after normalization, but binary units need values in [0, 1]; scale the data first"
                            .formatted(data.name(), i, j, v));
                }
                bits[at++] = (byte) (v >= 0.5f ? 1 : 0);
            }
        }
        DataSet binary = DataSet.ofBytes(data.name(), data.size(), data.features(), bits).withFullScale(1);
        DataSet shaped = data.image().map(binary::withImage).orElse(binary);
        return data.labels().map(shaped::withLabels).orElse(shaped);
    }

    /// The values 0 and 1 of every example.
    static float[][] rows(DataSet data) {
        float[][] rows = new float[data.size()][data.features()];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows[i].length; j++) {
                rows[i][j] = data.raw(i, j);
            }
        }
        return rows;
    }
}
