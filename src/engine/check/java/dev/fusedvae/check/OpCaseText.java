package dev.fusedvae.check;

import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Prior;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The words of [OpCase]: what a case is called, and the case of a name.
final class OpCaseText {
    /// The learning rate of sgd is 1 and its momentum ½, so that integers stay exact.
    static final OptimizerSpec ADAM = new OptimizerSpec.Adam(1e-3);
    static final OptimizerSpec ADAMW = new OptimizerSpec.AdamW(1e-3, 0.9, 0.99, 1e-8, 0.1);
    static final OptimizerSpec SGD = new OptimizerSpec.Sgd(1, 0.5);
    static final OptionalDouble CLIP = OptionalDouble.of(1);

    private static final Pattern SHAPE = Pattern.compile("(?:(\\d{1,7})of)?(\\d{1,7})x(\\d{1,7}(?:-\\d{1,7}){2,})");
    /// The plain VAE has no word.
    private static final Map<String, Objective> OBJECTIVES = objectives();
    private static final Corruption NOISY = new Corruption.Gaussian(0.3);
    private static final Corruption MASKED = new Corruption.Masking(0.4);
    private static final Map<String, OpCase.Gibbs> GIBBS = Map.of("cd2", new OpCase.Gibbs(2, false), "pcd1", new OpCase.Gibbs(1, true));
    private static final Map<String, UnaryOperator<OpCase>> SETTINGS = settings();

    private OpCaseText() {}

    private static Map<String, Objective> objectives() {
        Map<String, Objective> all = new LinkedHashMap<>();
        all.put("autoencoder", new Objective.Autoencoder());
        all.put("sparse", new Objective.Sparse(0.3));
        all.put("samples", new Objective.Vae(1.5, 0).withSamples(3));
        all.put("free-bits", new Objective.Vae(1, 0).withFreeBits(0.3));
        all.put("iwae", new Objective.Iwae(4, false));
        all.put("dreg", new Objective.Iwae(5, true));
        return all;
    }

    /// A mean for all latents and a variance for each.
    private static Prior prior(int latents) {
        return new Prior(List.of(0.5), IntStream.range(0, latents).mapToObj(j -> 0.5 + 0.25 * (j % 5)).toList());
    }

    private static Map<String, UnaryOperator<OpCase>> settings() {
        Map<String, UnaryOperator<OpCase>> all = new LinkedHashMap<>();
        for (Activation a : Activation.values()) {
            all.put(a.flag(), c -> c.with(c.spec().withActivation(a)));
        }
        for (Likelihood l : Likelihood.all(0.5)) {
            all.put(l.flag(), c -> c.with(c.spec().withLikelihood(l)));
        }
        all.put("no-bias", c -> c.with(c.spec().withBias(false)));
        OBJECTIVES.forEach((word, objective) -> all.put(word, c -> c.with(c.spec().withObjective(objective))));
        all.put("prior", c -> c.with(c.spec().withPrior(prior(c.spec().latent()))));
        all.put("noisy", c -> c.with(c.spec().withCorruption(NOISY)));
        all.put("masked", c -> c.with(c.spec().withCorruption(MASKED)));
        for (OptimizerSpec o : List.of(ADAM, ADAMW, SGD)) {
            all.put(o.flag(), c -> c.with(o, c.clipNorm()));
        }
        all.put("clip", c -> c.with(c.optimizer(), CLIP));
        all.put("threshold", c -> c.with(Binarization.THRESHOLD, c.stored()));
        all.put("dynamic", c -> c.with(Binarization.DYNAMIC, c.stored()));
        GIBBS.forEach((word, gibbs) -> all.put(word, c -> c.with(gibbs)));
        for (OpCase.Stored s : OpCase.Stored.values()) {
            all.put(s.name().toLowerCase(Locale.ROOT), c -> c.with(c.binarization(), s));
        }
        return all;
    }

    static OpCase parse(String text) {
        List<String> words = Arrays.asList(text.split("/"));
        Matcher shape = SHAPE.matcher(words.getFirst());
        if (!shape.matches()) {
            throw new IllegalArgumentException("a shape is BATCHxFEATURES-HIDDEN-LATENT-HIDDEN-FEATURES, such as 64x784-400-20-400-784"
                    + " or, with 13 live rows and two settings, 13of16x207-64-5-64-207/gelu/sgd; got '" + text + "'");
        }
        List<Integer> widths = Arrays.stream(shape.group(3).split("-")).map(Integer::valueOf).toList();
        if (widths.size() % 2 == 0 || !widths.getFirst().equals(widths.getLast())) {
            throw new IllegalArgumentException("the widths of a shape have the latent in the middle and the features at both ends, got '" + text + "'");
        }
        int middle = widths.size() / 2;
        VaeSpec mirrored = VaeSpec.of(widths.getFirst(), widths.subList(1, middle), widths.get(middle));
        VaeSpec spec = new VaeSpec(mirrored.features(), mirrored.encoderHidden(), mirrored.latent(),
                widths.subList(middle + 1, widths.size() - 1), mirrored.activation(), true, mirrored.likelihood(), mirrored.objective());
        int batch = Integer.parseInt(shape.group(2));
        int rows = shape.group(1) == null ? batch : Integer.parseInt(shape.group(1));
        OpCase result = new OpCase(spec, batch, rows, ADAM, OptionalDouble.empty(), Binarization.NONE, OpCase.Stored.FLOATS, Optional.empty());
        for (String word : words.subList(1, words.size())) {
            if (!SETTINGS.containsKey(word)) {
                throw new IllegalArgumentException("'" + word + "' is no setting of a shape; use any of " + String.join(", ", SETTINGS.keySet()));
            }
            result = SETTINGS.get(word).apply(result);
        }
        return result;
    }

    static String of(OpCase c) {
        OpCase plain = parse(c.batch() + "x" + c.spec().shape());
        List<String> words = new ArrayList<>(List.of((c.rows() < c.batch() ? c.rows() + "of" : "") + c.batch() + "x" + c.spec().shape()));
        if (c.spec().activation() != plain.spec().activation()) {
            words.add(c.spec().activation().flag());
        }
        if (!c.spec().likelihood().equals(plain.spec().likelihood())) {
            words.add(c.spec().likelihood().flag());
        }
        if (!c.spec().bias()) {
            words.add("no-bias");
        }
        OBJECTIVES.forEach((word, objective) -> {
            if (objective.equals(c.spec().objective())) {
                words.add(word);
            }
        });
        GIBBS.forEach((word, gibbs) -> {
            if (c.gibbs().equals(Optional.of(gibbs))) {
                words.add(word);
            }
        });
        if (!c.spec().prior().standard()) {
            words.add("prior");
        }
        if (!c.spec().corruption().equals(Corruption.NONE)) {
            words.add(c.spec().corruption().equals(NOISY) ? "noisy" : "masked");
        }
        if (!c.optimizer().equals(plain.optimizer())) {
            words.add(c.optimizer().flag());
        }
        if (c.clipNorm().isPresent()) {
            words.add("clip");
        }
        if (c.binarization() != Binarization.NONE) {
            words.add(c.binarization().flag());
        }
        if (c.stored() != OpCase.Stored.FLOATS) {
            words.add(c.stored().name().toLowerCase(Locale.ROOT));
        }
        return words.stream().collect(Collectors.joining("/"));
    }
}
