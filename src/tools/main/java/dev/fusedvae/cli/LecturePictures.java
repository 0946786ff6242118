package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.chart.Chart;
import dev.fusedvae.chart.Pictures;
import dev.fusedvae.chart.Planes;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.reproduce.Measure;
import dev.fusedvae.reproduce.Reproduction;
import dev.fusedvae.reproduce.Ring;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// The pictures that lectures on autoencoders show, of one model.
final class LecturePictures {
    private static final int PATHS = 6;
    private static final int STEPS = 10;
    private static final int TRAVERSED = 10;
    private static final int POINTS = 3000;
    private static final long SEED = 7;

    private LecturePictures() {}

    /// Writes every picture that applies to a model of images with a random z into `folder`; returns the files.
    static List<Path> write(Vae vae, DataSet test, Path folder) {
        Gallery gallery = new Gallery(vae);
        List<Path> files = new ArrayList<>();
        if (test.size() >= 20 * PATHS) {
            for (Interpolation.Path path : Interpolation.Path.values()) {
                Path file = folder.resolve("interpolation-" + path.name().toLowerCase(Locale.ROOT) + ".png");
                Pictures.savePng(file, gallery.interpolation(Interpolation.of(vae, test, PATHS, STEPS, path)));
                files.add(file);
            }
        }
        Path corners = folder.resolve("corners.png");
        float[][] square = Interpolation.corners(vae.encode(Interpolation.four(test)).mu(), STEPS);
        Pictures.savePng(corners, gallery.grid(vae.decode(square), STEPS));
        files.add(corners);
        if (Fonts.families() > 0) {
            List<Double> kl = vae.evaluate(test).klPerLatent();
            Path traversals = folder.resolve("traversals.png");
            Pictures.savePng(traversals, gallery.traversal(Traversal.of(Traversal.middle(vae.spec().prior(), vae.spec().latent()),
                    vae.spec().prior(), kl, TRAVERSED, STEPS + 1, 3)));
            files.add(traversals);
            if (vae.spec().latent() >= 2) {
                Path codes = folder.resolve("codes-prior.png");
                codes(vae, test, kl).savePng(codes);
                files.add(codes);
            }
        }
        return files;
    }

    /// Codes of test examples by label in the two latents of most KL, standardised by the prior, whose circles hold 39, 86
    /// and 99 % of it.
    private static Chart codes(Vae vae, DataSet test, List<Double> kl) {
        DataSet some = test.slice(0, Math.min(POINTS, test.size()));
        float[][] mu = vae.encode(some).mu();
        List<Integer> axes = IntStream.range(0, kl.size()).boxed().sorted(Comparator.comparingDouble((Integer j) -> -kl.get(j))).limit(2).toList();
        int[] labels = some.labels().orElseGet(() -> new int[mu.length]);
        List<Planes.Group> groups = IntStream.of(labels).distinct().sorted().mapToObj(label -> new Planes.Group(Integer.toString(label),
                IntStream.range(0, mu.length).filter(i -> labels[i] == label)
                        .mapToObj(i -> new float[] {standard(vae, mu[i], axes.get(0)), standard(vae, mu[i], axes.get(1))}).toArray(float[][]::new))).toList();
        return Planes.of("Codes by label; circles: 1, 2, 3 deviations of the prior", "z" + axes.get(0), "z" + axes.get(1), groups, List.of(1.0, 2.0, 3.0));
    }

    private static float standard(Vae vae, float[] mu, int j) {
        return (float) ((mu[j] - vae.spec().prior().mean(j)) / Math.sqrt(vae.spec().prior().variance(j)));
    }

    /// The picture of a reproduced figure, where it has one: the ring and what the decoder makes of fresh z.
    static void ofFigure(Reproduction one, Vae vae) {
        if (one.task().measure() instanceof Measure.Ring && Fonts.families() > 0) {
            Planes.of("The ring: z/10 + z/|z|, and what the decoder makes of fresh z", "x₀", "x₁",
                    List.of(new Planes.Group("law", Ring.points(SEED, POINTS)),
                            new Planes.Group("decoder", Ring.points(vae.sample(POINTS, SEED + 1)))), List.of(1.0))
                    .savePng(one.folder().resolve("ring.png"));
        }
    }
}
