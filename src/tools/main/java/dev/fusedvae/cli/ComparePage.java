package dev.fusedvae.cli;

import dev.fusedvae.chart.HtmlReport;
import dev.fusedvae.chart.Pictures;
import dev.fusedvae.data.ImageShape;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/// The table of a comparison, and the page that shows it with its pictures.
final class ComparePage {
    private static final String NONE = "–";
    private static final List<String> HEADER = List.of("model", "squared error", "ELBO", "log p(x)", "estimated by", "KL", "active", "k-NN %", "seconds");

    private ComparePage() {}

    /// Writes pictures and page into `folder`; returns them, the page last.
    static List<Path> write(Comparison comparison, List<Contestant> all, Path folder, String command) {
        HtmlReport page = HtmlReport.titled("The family on " + comparison.data().train().name());
        page.lead(command).section("Figures").table(HEADER, all.stream().map(ComparePage::cells).toList());
        page.paragraph("Test set, black and white at one half; squared error is summed over features, ELBO, log p(x) and KL are in nats per"
                + " example and may be compared: all are of the same whole-number data. k-NN is the share of test codes whose label is that of most of"
                + " their 5 nearest training codes."
                    + " Without the KL term (beta = 0) the encoder cheats: it gives each example a narrow place of its own, far from the prior, as"
                    + " the KL shows, and samples from the prior fall between the places. An estimate by few importance samples is a lower"
                    + " bound on average, and a poor one there.");
        comparison.subsamples().forEach(page::paragraph);
        List<Path> files = new ArrayList<>();
        if (comparison.data().train().image().isPresent()) {
            ImageShape shape = comparison.data().train().image().orElseThrow();
            Pictures.Layout layout = Pictures.Layout.fit(shape.height(), shape.width(), shape.channels(), Comparison.SHOWN);
            page.section("Reconstructions");
            picture(page, files, folder.resolve("reconstructions.png"), Pictures.rows(reconstructions(comparison, all), layout),
                    "Test examples, and what each model makes of their codes.");
            page.section("Out of nothing");
            picture(page, files, folder.resolve("samples.png"), Pictures.rows(all.stream()
                    .map(c -> new Pictures.Row(c.name() + ": " + c.samplesAre(), c.samples())).toList(), layout),
                    "Samples where the model has a distribution to draw from. PCA and plain autoencoders have none: random codes are independent"
                            + " normals with the mean and variance that codes have over the training set. Gaussians are densities of x + uniform noise, which their"
                            + " samples carry.");
        }
        Path report = folder.resolve("compare.html");
        page.save(report);
        files.add(report);
        return List.copyOf(files);
    }

    private static List<Pictures.Row> reconstructions(Comparison comparison, List<Contestant> all) {
        List<Pictures.Row> rows = new ArrayList<>(List.of(new Pictures.Row("test examples", comparison.shown())));
        all.forEach(c -> c.reconstructions().ifPresent(r -> rows.add(new Pictures.Row(c.name(), r))));
        return rows;
    }

    private static void picture(HtmlReport page, List<Path> files, Path file, BufferedImage image, String caption) {
        Pictures.savePng(file, image);
        files.add(file);
        page.picture(image, caption);
    }

    static TextTable table(List<Contestant> all) {
        TextTable table = new TextTable(HEADER.toArray(String[]::new)).right(1, 2, 3, 5, 6, 7, 8);
        all.forEach(c -> table.row(cells(c).toArray(String[]::new)));
        return table;
    }

    private static List<String> cells(Contestant c) {
        return List.of(c.name(), number(c.squaredError(), 2), number(c.elbo(), 2), number(c.logLikelihood(), 2), c.how(), number(c.kl(), 2),
                c.activeUnits().isPresent() ? Integer.toString(c.activeUnits().getAsInt()) : NONE,
                number(c.accuracy().isPresent() ? OptionalDouble.of(100 * c.accuracy().getAsDouble()) : OptionalDouble.empty(), 1),
                number(OptionalDouble.of(c.seconds()), 1));
    }

    private static String number(OptionalDouble value, int digits) {
        return value.isPresent() ? String.format(Locale.ROOT, "%." + digits + "f", value.getAsDouble()) : NONE;
    }
}
