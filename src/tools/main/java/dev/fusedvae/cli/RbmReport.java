package dev.fusedvae.cli;

import dev.fusedvae.chart.HtmlReport;
import dev.fusedvae.chart.Pictures;
import dev.fusedvae.data.ImageShape;
import dev.fusedvae.data.Split;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.graph.RbmGraphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.RbmSpec;
import dev.fusedvae.tensors.NamedTensor;
import dev.fusedvae.tensors.SafeTensors;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Model, pictures and page of a restricted Boltzmann machine.
final class RbmReport {
    /// What the file of weights says it is.
    static final String FORMAT = "fusedvae rbm";
    private static final int SAMPLES = 64;
    private static final int COLUMNS = 16;
    private static final int RECONSTRUCTIONS = 32;
    private static final int FILTERS = 64;

    private final RbmRun run;
    private final Split data;
    private final Path folder;
    private final int sweeps;
    private final long seed;
    private final HtmlReport page;
    private final List<Path> files = new ArrayList<>();

    RbmReport(RbmRun run, Split data, Path folder, int sweeps, long seed) {
        this.run = run;
        this.data = data;
        this.folder = folder;
        this.sweeps = sweeps;
        this.seed = seed;
        this.page = HtmlReport.titled("%s: a %s restricted Boltzmann machine".formatted(data.train().name(), run.rbm().spec().shape()));
    }

    /// Writes everything; returns the pictures, the page last.
    List<Path> write(String command) {
        model();
        page.lead(command).section("Figures").facts(facts());
        data.train().image().ifPresent(this::pictures);
        Path report = folder.resolve("report.html");
        page.save(report);
        files.add(report);
        return List.copyOf(files);
    }

    private Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("log p(v), test, nats per example", String.format(Locale.ROOT, "%.2f ± %.2f", run.logLikelihood(), run.logZ().standardError()));
        facts.put("log Z", String.format(Locale.ROOT, "%.2f ± %.2f by annealed importance sampling, %d chains of %d temperatures",
                run.logZ().logZ(), run.logZ().standardError(), run.logZ().chains(), run.logZ().temperatures()));
        facts.put("log p(v|p(h|v)), test", String.format(Locale.ROOT, "%.2f: how well codes tell v, no likelihood of the model", run.test().logLikelihood()));
        facts.put("epochs", run.epochs().size() + ", " + Units.seconds(run.secondsPerEpoch()) + " each");
        return facts;
    }

    private void pictures(ImageShape shape) {
        Pictures.Layout layout = Pictures.Layout.fit(shape.height(), shape.width(), shape.channels(), COLUMNS);
        page.section("Pictures");
        picture("samples.png", Pictures.grid(run.rbm().sample(SAMPLES, sweeps, seed), layout),
                "Samples: p(v|h) at the end of as many Markov chains, " + sweeps + " Gibbs steps from fair coins.");
        int count = Math.min(RECONSTRUCTIONS, data.test().size());
        picture("reconstructions.png", Pictures.rows(List.of(new Pictures.Row("original", Arrays.copyOf(run.test().visible(), count)),
                new Pictures.Row("rebuilt", Arrays.copyOf(run.test().means(), count))), layout), "Test examples above one pass up and down.");
        picture("weights.png", Pictures.grid(filters(), layout), "Weights of hidden units: white excites, black inhibits, each on its own scale.");
    }

    private float[][] filters() {
        RbmSpec spec = run.rbm().spec();
        float[] w = run.rbm().parameters().values("weight");
        float[][] rows = new float[Math.min(FILTERS, spec.hidden())][spec.visible()];
        for (int j = 0; j < rows.length; j++) {
            float most = 1e-6f;
            for (int i = 0; i < spec.visible(); i++) {
                most = Math.max(most, Math.abs(w[j * spec.visible() + i]));
            }
            for (int i = 0; i < spec.visible(); i++) {
                rows[j][i] = 0.5f + 0.5f * w[j * spec.visible() + i] / most;
            }
        }
        return rows;
    }

    private void picture(String name, BufferedImage image, String caption) {
        Path file = folder.resolve(name);
        Pictures.savePng(file, image);
        files.add(file);
        page.picture(image, caption);
    }

    /// The parameters, and the chains where they are persistent.
    private void model() {
        RbmSpec spec = run.rbm().spec();
        Parameters parameters = run.rbm().parameters();
        List<NamedTensor> tensors = new ArrayList<>();
        for (Tensor t : RbmGraphs.parameters(spec)) {
            long[] shape = t.name().endsWith(".bias") ? new long[] {t.columns()} : new long[] {t.rows(), t.columns()};
            tensors.add(new NamedTensor(t.name(), shape, parameters.values(t.name())));
        }
        float[] chains = run.trained().chains();
        if (chains.length > 0) {
            tensors.add(new NamedTensor(RbmGraphs.CHAIN, new long[] {chains.length / spec.visible(), spec.visible()}, chains));
        }
        Map<String, String> texts = new LinkedHashMap<>(); // in order: the same model is the same file
        texts.put("format", FORMAT);
        texts.put("shape", spec.shape());
        SafeTensors.write(folder.resolve("model.safetensors"), tensors, texts);
    }

    static TextTable table(RbmRun run) {
        return new TextTable("nats per example", "log p(v)", "±", "reconstruction").right(1, 2, 3)
                .row("train", "", "", Results.number(run.train().logLikelihood()))
                .row("test", Results.number(run.logLikelihood()), Results.number(run.logZ().standardError()), Results.number(run.test().logLikelihood()));
    }
}
