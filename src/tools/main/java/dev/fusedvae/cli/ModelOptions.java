package dev.fusedvae.cli;

import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.Prior;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/// The shape of the model.
final class ModelOptions {

    @Option(names = "--hidden", paramLabel = "A,B", description = "widths of the encoder's hidden layers, or none (default: ${DEFAULT-VALUE})")
    String hidden = "400";

    @Option(names = "--decoder-hidden", paramLabel = "B,A", description = "the same for the decoder (default: the encoder's, mirrored)")
    Optional<String> decoderHidden = Optional.empty();

    @Option(names = "--latent", paramLabel = "L", description = "size of z (default: ${DEFAULT-VALUE})")
    int latent = 20;

    @Option(names = "--activation", paramLabel = "NAME", completionCandidates = Activations.class,
            description = "one of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    String activation = "relu";

    @Option(names = "--likelihood", paramLabel = "NAME", completionCandidates = Likelihoods.class,
            description = "one of ${COMPLETION-CANDIDATES}; a gaussian's variance is fixed, that of -scalar is learned, that of -vector learned"
                    + " per feature, that of -feature given by the decoder per feature (default: ${DEFAULT-VALUE})")
    String likelihood = "bernoulli";

    @Option(names = "--variance", paramLabel = "V", description = "fixed variance, of --likelihood gaussian (default: 1)")
    Optional<Double> variance = Optional.empty();

    @Option(names = "--objective", paramLabel = "NAME", description = "vae, iwae (importance-weighted bound), autoencoder (deterministic),"
            + " sparse (autoencoder with an L1 penalty on its code) or denoising (autoencoder of a corrupted input) (default: ${DEFAULT-VALUE})")
    String objective = "vae";

    @Option(names = "--beta", paramLabel = "B", description = "weight of the KL term in training (default: 1)")
    Optional<Double> beta = Optional.empty();

    @Option(names = "--warmup-epochs", paramLabel = "E", description = "epochs over which beta rises from 0 (default: 0)")
    Optional<Double> warmupEpochs = Optional.empty();

    @Option(names = "--samples", paramLabel = "K", description = "noise samples per example in training, of vae and iwae (default: 1; iwae: 5)")
    Optional<Integer> samples = Optional.empty();

    @Option(names = "--dreg", description = "doubly reparameterized gradients for the encoder of iwae")
    boolean dreg;

    @Option(names = "--free-bits", paramLabel = "NATS", description = "KL that each latent of a vae has for free, on the batch mean (default: 0)")
    Optional<Double> freeBits = Optional.empty();

    @Option(names = "--sparsity", paramLabel = "W", description = "weight of the L1 penalty of --objective sparse (default: 0.1)")
    Optional<Double> sparsity = Optional.empty();

    @Option(names = "--prior-mean", paramLabel = "M,M", hideParamSyntax = true, split = ",",
            description = "mean of p(z), for all latents or for each (default: 0)")
    List<Double> priorMean = new ArrayList<>();

    @Option(names = "--prior-variance", paramLabel = "V,V", hideParamSyntax = true, split = ",",
            description = "variance of p(z), likewise (default: 1)")
    List<Double> priorVariance = new ArrayList<>();

    @Option(names = "--corruption", paramLabel = "HOW", description = "what training does to the encoder's input: none, gaussian:SIGMA or masking:P"
            + " (default: none; denoising: gaussian:0.3)")
    Optional<String> corruption = Optional.empty();

    @Option(names = "--no-bias", description = "layers without biases")
    boolean noBias;

    /// For help and completion.
    static final class Activations extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Activations() {
            super(Stream.of(Activation.values()).map(Activation::flag).toList());
        }
    }

    /// For help and completion.
    static final class Likelihoods extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Likelihoods() {
            super(Likelihood.all(1).stream().map(Likelihood::flag).toList());
        }
    }

    /// The model for examples of `features` values.
    VaeSpec spec(int features) {
        List<Integer> encoder = widths("--hidden", hidden);
        Likelihood parsed = Likelihood.parse(likelihood, variance.orElse(1.0));
        UsageException.require(variance.isEmpty() || parsed.fixedVariance().isPresent(),
                "--variance belongs to --likelihood gaussian, not to %s", likelihood);
        return new VaeSpec(features, encoder, latent,
                decoderHidden.map(text -> widths("--decoder-hidden", text)).orElse(encoder.reversed()),
                UsageException.value(() -> Activation.parse(activation)), !noBias,
                parsed, objective(),
                new Prior(priorMean.isEmpty() ? Prior.STANDARD.mean() : priorMean, priorVariance.isEmpty() ? Prior.STANDARD.variance() : priorVariance),
                Corruption.parse(corruption.orElse(objective.equals("denoising") ? "gaussian:0.3" : "none")));
    }

    private Objective objective() {
        boolean vae = objective.equals("vae");
        UsageException.require(vae || freeBits.isEmpty() && beta.isEmpty() && warmupEpochs.isEmpty(),
                "--beta, --warmup-epochs and --free-bits weigh the KL term, which --objective %s does not have", objective);
        UsageException.require(vae || objective.equals("iwae") || samples.isEmpty(),
                "--samples belongs to --objective vae or iwae, not to %s", objective);
        UsageException.require(objective.equals("iwae") || !dreg, "--dreg belongs to --objective iwae, not to %s", objective);
        UsageException.require(objective.equals("sparse") || sparsity.isEmpty(), "--sparsity belongs to --objective sparse, not to %s", objective);
        UsageException.require(!objective.equals("denoising") || !corruption.equals(Optional.of("none")),
                "--objective denoising needs a corruption; use --corruption gaussian:0.3 or masking:0.5");
        return switch (objective) {
            case "vae" -> new Objective.Vae(beta.orElse(1.0), warmupEpochs.orElse(0.0), freeBits.orElse(0.0), samples.orElse(1));
            case "iwae" -> new Objective.Iwae(samples.orElse(5), dreg);
            case "autoencoder", "denoising" -> new Objective.Autoencoder();
            case "sparse" -> new Objective.Sparse(sparsity.orElse(0.1));
            default -> throw new UsageException("unknown objective '" + objective + "'; use vae, iwae, autoencoder, sparse or denoising");
        };
    }

    private static List<Integer> widths(String flag, String text) {
        List<Integer> widths = new ArrayList<>();
        if (text.equals("none")) {
            return widths;
        }
        for (String width : text.split(",", -1)) {
            UsageException.require(width.strip().matches("[0-9]{1,9}"),
                    "%s takes widths such as 400 or 512,256, or none; got '%s'", flag, text);
            widths.add(Integer.parseInt(width.strip()));
        }
        return widths;
    }
}
