package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.data.DataSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Straight paths between the codes of pairs of examples.
///
/// @param codes `steps` latent points for each pair, ends included
@SuppressWarnings("ArrayRecordComponent")
record Interpolation(DataSet from, DataSet to, int steps, float[][] codes) {

    /// Paths between the first `pairs` pairs of examples; where there are labels, the ends of a pair differ in theirs.
    static Interpolation of(Vae vae, DataSet examples, int pairs, int steps) {
        List<int[]> ends = ends(examples, pairs);
        DataSet from = examples.select(ends.stream().mapToInt(e -> e[0]).toArray());
        DataSet to = examples.select(ends.stream().mapToInt(e -> e[1]).toArray());
        float[][] a = vae.encode(from).mu();
        float[][] b = vae.encode(to).mu();
        List<float[]> codes = new ArrayList<>();
        for (int i = 0; i < a.length; i++) {
            for (int s = 0; s < steps; s++) {
                codes.add(between(a[i], b[i], (float) s / (steps - 1)));
            }
        }
        return new Interpolation(from, to, steps, codes.toArray(float[][]::new));
    }

    private static float[] between(float[] a, float[] b, float t) {
        float[] z = new float[a.length];
        for (int j = 0; j < z.length; j++) {
            z[j] = (1 - t) * a[j] + t * b[j];
        }
        return z;
    }

    private static List<int[]> ends(DataSet examples, int pairs) {
        Optional<int[]> labels = examples.labels();
        List<int[]> ends = new ArrayList<>();
        boolean[] used = new boolean[examples.size()];
        for (int i = 0; i < used.length && ends.size() < pairs; i++) {
            for (int j = i + 1; j < used.length && !used[i]; j++) {
                int first = i;
                int second = j;
                if (!used[j] && labels.map(l -> l[first] != l[second]).orElse(true)) {
                    ends.add(new int[] {i, j});
                    used[i] = true;
                    used[j] = true;
                }
            }
        }
        UsageException.require(ends.size() == pairs, "--pairs %d needs more examples than the %d of %s", pairs, examples.size(), examples.name());
        return ends;
    }
}
