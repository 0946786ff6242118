package dev.fusedvae.cli;

import dev.fusedvae.spec.Prior;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// One latent varied at a time, the others left at a base code; latents with the most KL first.
///
/// @param latents numbers of the latents, one line for each
/// @param kls     their KL to the prior, in nats per example
/// @param reach   how far a line goes to either side, in deviations of the prior
/// @param codes   `steps` latent points for each line
@SuppressWarnings("ArrayRecordComponent")
record Traversal(List<Integer> latents, List<Double> kls, int steps, double reach, float[][] codes) {

    /// The `count` latents of most KL, from −`reach` to `reach` deviations of the prior around its mean.
    ///
    /// @param klPerLatent of all latents
    static Traversal of(float[] base, Prior prior, List<Double> klPerLatent, int count, int steps, double reach) {
        List<Integer> latents = IntStream.range(0, klPerLatent.size()).boxed()
                .sorted(Comparator.comparingDouble((Integer j) -> -klPerLatent.get(j))).limit(count).toList();
        float[][] codes = new float[latents.size() * steps][];
        for (int i = 0; i < codes.length; i++) {
            int j = latents.get(i / steps);
            double t = at(i % steps, steps, reach);
            codes[i] = base.clone();
            codes[i][j] = (float) (prior.mean(j) + t * Math.sqrt(prior.variance(j)));
        }
        return new Traversal(latents, latents.stream().map(klPerLatent::get).toList(), steps, reach, codes);
    }

    private static double at(int step, int steps, double reach) {
        return reach * (2.0 * step / (steps - 1) - 1);
    }

    /// Where the points of a line stand, in deviations of the prior from its mean.
    List<Double> values() {
        return IntStream.range(0, steps).mapToObj(step -> at(step, steps, reach)).toList();
    }

    /// The name of a line: `z7  2.31 nats`.
    String name(int line) {
        return String.format(Locale.ROOT, "z%d  %.2f nats", latents.get(line), kls.get(line));
    }

    /// The mean of the prior.
    static float[] middle(Prior prior, int latents) {
        float[] base = new float[latents];
        for (int j = 0; j < latents; j++) {
            base[j] = (float) prior.mean(j);
        }
        return base;
    }
}
