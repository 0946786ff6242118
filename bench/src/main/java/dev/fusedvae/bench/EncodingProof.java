package dev.fusedvae.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Whether a row of encoders may have a ratio: only if every rival was shown to compute the means that we compute, from the
/// same weights and the same images, by the very encoder that is timed.
final class EncodingProof {
    /// The largest difference of a mean, as a share of the largest mean: float sums of hundreds of products in another order.
    static final double MEAN_TOLERANCE = 1e-4;
    private static final String MEANS = "means";

    private final Course course;
    private final List<Rival> rivals;
    private final Doubts doubts;

    EncodingProof(Course course, List<Rival> rivals) {
        this.course = course;
        this.rivals = rivals;
        doubts = new Doubts(rivals);
        doubts.open(MEANS, "were");
    }

    /// Hands our weights to every rival and compares the means of the first batch. To be called before the turns, so that these are
    /// the weights that all are timed with.
    void means(Contestant ours) {
        try {
            Path file = Files.createTempFile("fusedvae-weights", ".npz");
            try {
                ours.exportWeights(file);
                float[] means = ours.means();
                rivals.forEach(rival -> doubts.compare(rival, MEANS, MEAN_TOLERANCE, () -> worst(means,
                        rival.numbers("mean %s %s %d %s".formatted(rival.mode(), course.net(), course.batch(), file), MEANS))));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot hand the weights of a contest to the peers", e);
        }
    }

    /// As [Doubts#facts].
    Map<String, String> facts() {
        return doubts.facts();
    }

    /// The largest difference of a mean as a share of the largest of `ours`; infinite where the lengths differ, one is not a
    /// number, or all of `ours` are zero.
    static double worst(float[] ours, double[] theirs) {
        double error = ours.length == theirs.length ? 0 : Double.POSITIVE_INFINITY;
        double largest = 0;
        for (int i = 0; i < Math.min(ours.length, theirs.length); i++) {
            error = Math.max(error, Math.abs(ours[i] - theirs[i])); // a NaN stays one
            largest = Math.max(largest, Math.abs(ours[i]));
        }
        double worst = error / largest;
        return Double.isNaN(worst) ? Double.POSITIVE_INFINITY : worst;
    }
}
