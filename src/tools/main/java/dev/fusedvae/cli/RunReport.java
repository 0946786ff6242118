package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.chart.Chart;
import dev.fusedvae.chart.Charts;
import dev.fusedvae.chart.HtmlReport;
import dev.fusedvae.chart.Pictures;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Split;
import dev.fusedvae.run.EpochMetrics;
import dev.fusedvae.run.Figures;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.train.FigureTable;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// The pictures of a run and the page that describes it, written into the model's folder.
///
/// What does not apply is left out: pictures of examples that are none, KL of an autoencoder, a manifold of other than
/// two latents, curves of no epochs, and all charts where there are no fonts.
final class RunReport {
    private static final int SAMPLES = 96;
    private static final int SAMPLE_COLUMNS = 16;
    private static final int RECONSTRUCTIONS = 32;
    private static final int PATHS = 6;
    private static final int STEPS = 12;
    private static final int MANIFOLD = 20;
    private static final int CODES = 3000;

    private final Vae vae;
    private final Split data;
    private final Results results;
    private final Path folder;
    private final HtmlReport page;
    private final List<Path> files = new ArrayList<>();

    private RunReport(Vae vae, Split data, Results results, Path folder, String title) {
        this.vae = vae;
        this.data = data;
        this.results = results;
        this.folder = folder;
        this.page = HtmlReport.titled(title);
    }

    /// Writes everything into `folder`; returns the pictures, the page last.
    static List<Path> write(Vae vae, Split data, Results results, Path folder, String title, String command) {
        RunReport report = new RunReport(vae, data, results, folder, title);
        report.page.lead(command);
        report.figures();
        boolean fonts = Fonts.families() > 0;
        if (fonts && !vae.history().epochs().isEmpty()) {
            report.losses();
        }
        if (vae.image().isPresent()) {
            report.images(new Gallery(vae));
        }
        if (fonts) {
            report.latents();
        }
        if (!fonts) {
            report.page.paragraph("Charts are missing: " + Fonts.MISSING + ".");
        }
        report.story();
        return List.copyOf(report.files);
    }

    private void figures() {
        FigureTable table = new FigureTable(results.bound());
        List<List<String>> rows = new ArrayList<>();
        results.train().ifPresent(f -> rows.add(table.train("train, average over the epoch", f)));
        rows.add(table.test("test, one sample per example", results.test()));
        page.section("Figures").table(table.header(), rows);
    }

    private void losses() {
        List<EpochMetrics> epochs = vae.history().epochs();
        Objective.Bound bound = vae.spec().objective().bound();
        Chart chart = Charts.losses(curve(epochs, EpochMetrics::train, bound.splits()), curve(epochs, EpochMetrics::test, true));
        chart.saveSvg(add("losses.svg"));
        chart.savePng(add("losses.png"));
        page.section("Training").chart(chart, "Nats per example; train is the average over the epoch's steps, test the epoch's end."
                + (bound.splits() ? "" : " Train is the " + bound.name() + ", which does not split; test is the ELBO."));
    }

    private static List<Charts.Epoch> curve(List<EpochMetrics> epochs, Function<EpochMetrics, Figures> figures, boolean splits) {
        return epochs.stream().map(m -> {
            Figures f = figures.apply(m);
            return new Charts.Epoch(m.epoch(), f.elbo(), splits ? f.reconstruction() : Double.NaN, splits ? f.kl() : Double.NaN);
        }).toList();
    }

    private void images(Gallery gallery) {
        boolean variational = vae.spec().objective().variational();
        page.section("Pictures");
        if (variational) {
            picture("samples.png", gallery.grid(vae.sample(SAMPLES, vae.trainSpec().seed()), SAMPLE_COLUMNS),
                    "Samples: z from the prior, the mean of p(x|z).");
        }
        DataSet first = data.test().slice(0, Math.min(RECONSTRUCTIONS, data.test().size()));
        picture("reconstructions.png", gallery.reconstructions(first), "Test examples above what the model makes of their codes.");
        if (data.test().size() >= 20 * PATHS) {
            picture("interpolation.png", gallery.interpolation(Interpolation.of(vae, data.test(), PATHS, STEPS, Interpolation.Path.LINEAR)),
                    "Straight paths between the codes of two test examples: the examples at both ends, between them what the decoder makes of the path.");
        }
        if (variational && vae.spec().latent() == 2) {
            picture("manifold.png", gallery.manifold(vae.decode(Manifold.codes(MANIFOLD)), MANIFOLD),
                    "The latent plane: what the decoder makes of a grid over z₀ and z₁ whose cells have equal prior probability.");
        }
    }

    private void picture(String name, BufferedImage image, String caption) {
        Pictures.savePng(add(name), image);
        page.picture(image, caption);
    }

    private void latents() {
        if (!results.klPerLatent().isEmpty()) {
            page.section("Latents").paragraph(results.activeUnits() + " of " + vae.spec().latent()
                    + " latents are active: their mean varies over the test set by more than 0.01.");
            Chart chart = Charts.klPerLatent(results.klPerLatent().stream().mapToDouble(Double::doubleValue).toArray());
            chart.savePng(add("kl.png"));
            page.chart(chart, "KL to the prior of each latent, nats per test example.");
        }
        if (vae.spec().latent() == 2 && data.test().labels().isPresent()) {
            DataSet some = data.test().slice(0, Math.min(CODES, data.test().size()));
            Chart chart = Charts.scatter(vae.encode(some).mu(), some.labels().orElseThrow());
            chart.savePng(add("codes.png"));
            page.picture(chart.image(), "Codes of test examples, coloured by label.");
        }
    }

    private void story() {
        page.section("Model").facts(Specs.of(vae.spec()));
        Map<String, String> training = new LinkedHashMap<>(Specs.of(vae.trainSpec()));
        training.put("data", data.train().size() + " train, " + data.test().size() + " test, normalised: " + vae.normalization().kind());
        training.put("ended", vae.history().ending().flag() + ", parameters of epoch " + vae.history().modelEpoch());
        page.section("How it was trained").facts(training);
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("backend", vae.backendName() + ", " + vae.device());
        machine.put("fusion", results.fusion());
        machine.put("java", Runtime.version() + ", " + System.getProperty("java.vendor"));
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("fvae", Version.text());
        page.section("Environment").facts(machine);
        page.save(add("report.html"));
    }

    private Path add(String name) {
        Path file = folder.resolve(name);
        files.add(file);
        return file;
    }
}
