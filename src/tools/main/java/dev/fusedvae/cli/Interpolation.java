package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.data.DataSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Paths between the codes of pairs of examples.
///
/// @param codes `steps` latent points for each pair, ends included
@SuppressWarnings("ArrayRecordComponent")
record Interpolation(DataSet from, DataSet to, int steps, float[][] codes) {

    /// The shape of a path.
    enum Path { LINEAR, SPHERICAL }

    /// Paths between the first `pairs` pairs of examples; where there are labels, the ends of a pair differ in theirs.
    static Interpolation of(Vae vae, DataSet examples, int pairs, int steps, Path path) {
        List<int[]> ends = ends(examples, pairs);
        DataSet from = examples.select(ends.stream().mapToInt(e -> e[0]).toArray());
        DataSet to = examples.select(ends.stream().mapToInt(e -> e[1]).toArray());
        float[][] a = vae.encode(from).mu();
        float[][] b = vae.encode(to).mu();
        List<float[]> codes = new ArrayList<>();
        for (int i = 0; i < a.length; i++) {
            for (int s = 0; s < steps; s++) {
                float t = (float) s / (steps - 1);
                codes.add(path == Path.LINEAR ? between(a[i], b[i], t) : spherical(a[i], b[i], t));
            }
        }
        return new Interpolation(from, to, steps, codes.toArray(float[][]::new));
    }

    /// The labels at the ends of each path, such as `3 → 8`; none where the examples have no labels.
    List<String> names() {
        return from.labels().flatMap(a -> to.labels().map(b -> IntStream.range(0, a.length).mapToObj(i -> a[i] + " → " + b[i]).toList()))
                .orElse(List.of());
    }

    private static float[] between(float[] a, float[] b, float t) {
        float[] z = new float[a.length];
        for (int j = 0; j < z.length; j++) {
            z[j] = (1 - t) * a[j] + t * b[j];
        }
        return z;
    }

    /// Along the arc of a circle where both codes are equally long, else with the length between theirs: codes far from the
    /// origin, where a wide prior has its mass, do not cut through its middle. Shoemake 1985; White 2016.
    static float[] spherical(float[] a, float[] b, float t) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int j = 0; j < a.length; j++) {
            dot += (double) a[j] * b[j];
            aa += (double) a[j] * a[j];
            bb += (double) b[j] * b[j];
        }
        double angle = Math.acos(Math.clamp(dot / Math.sqrt(aa * bb), -1, 1));
        if (!(Math.sin(angle) > 1e-4)) {
            return between(a, b, t); // one direction, opposite ones, or no length: no arc is the shortest
        }
        float[] z = new float[a.length];
        for (int j = 0; j < z.length; j++) {
            z[j] = (float) ((Math.sin((1 - t) * angle) * a[j] + Math.sin(t * angle) * b[j]) / Math.sin(angle));
        }
        return z;
    }

    /// `size × size` points between the codes of four examples at the corners, row by row; linear in both directions.
    static float[][] corners(float[][] four, int size) {
        float[][] codes = new float[size * size][];
        for (int i = 0; i < codes.length; i++) {
            float right = (float) (i % size) / (size - 1);
            float down = (float) (i / size) / (size - 1);
            codes[i] = between(between(four[0], four[1], right), between(four[2], four[3], right), down);
        }
        return codes;
    }

    /// The first four examples, with four labels where there are as many.
    static DataSet four(DataSet examples) {
        UsageException.require(examples.size() >= 4, "four corners need four examples and %s has %d", examples.name(), examples.size());
        Optional<int[]> labels = examples.labels();
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < examples.size() && chosen.size() < 4; i++) {
            int label = i;
            if (labels.map(l -> chosen.stream().noneMatch(c -> l[c] == l[label])).orElse(true)) {
                chosen.add(i);
            }
        }
        for (int i = 0; chosen.size() < 4; i++) {
            if (!chosen.contains(i)) {
                chosen.add(i);
            }
        }
        return examples.select(chosen.stream().mapToInt(Integer::intValue).toArray());
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
