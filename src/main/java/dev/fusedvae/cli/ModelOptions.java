package dev.fusedvae.cli;

import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The shape of the model.
final class ModelOptions {

    @Option(names = "--hidden", paramLabel = "A,B", description = "widths of the encoder's hidden layers, or none (default: ${DEFAULT-VALUE})")
    String hidden = "400";

    @Option(names = "--decoder-hidden", paramLabel = "B,A", description = "the same for the decoder (default: the encoder's, mirrored)")
    Optional<String> decoderHidden = Optional.empty();

    @Option(names = "--latent", paramLabel = "L", description = "size of z (default: ${DEFAULT-VALUE})")
    int latent = 20;

    @Option(names = "--activation", paramLabel = "NAME",
            description = "identity, relu, leaky-relu, tanh, sigmoid, softplus, elu, gelu or silu (default: ${DEFAULT-VALUE})")
    String activation = "relu";

    @Option(names = "--likelihood", paramLabel = "NAME", description = "bernoulli, gaussian, gaussian-scalar (one learned variance)"
            + " or gaussian-feature (a learned variance per feature) (default: ${DEFAULT-VALUE})")
    String likelihood = "bernoulli";

    @Option(names = "--variance", paramLabel = "V", description = "fixed variance of --likelihood gaussian (default: 1)")
    Optional<Double> variance = Optional.empty();

    @Option(names = "--objective", paramLabel = "NAME", description = "vae or autoencoder (deterministic, no KL) (default: ${DEFAULT-VALUE})")
    String objective = "vae";

    @Option(names = "--beta", paramLabel = "B", description = "weight of the KL term in training (default: 1)")
    Optional<Double> beta = Optional.empty();

    @Option(names = "--warmup-epochs", paramLabel = "E", description = "epochs over which beta rises from 0 (default: 0)")
    Optional<Double> warmupEpochs = Optional.empty();

    @Option(names = "--no-bias", description = "layers without biases")
    boolean noBias;

    /// The model for examples of `features` values.
    VaeSpec spec(int features) {
        List<Integer> encoder = widths("--hidden", hidden);
        UsageException.require(variance.isEmpty() || likelihood.equals("gaussian"),
                "--variance belongs to --likelihood gaussian, not to %s", likelihood);
        return new VaeSpec(features, encoder, latent,
                decoderHidden.map(text -> widths("--decoder-hidden", text)).orElse(encoder.reversed()),
                UsageException.value(() -> Activation.parse(activation)), !noBias,
                Likelihood.parse(likelihood, variance.orElse(1.0)), objective());
    }

    private Objective objective() {
        return switch (objective) {
            case "vae" -> new Objective.Vae(beta.orElse(1.0), warmupEpochs.orElse(0.0));
            case "autoencoder" -> {
                UsageException.require(beta.isEmpty() && warmupEpochs.isEmpty(),
                        "--beta and --warmup-epochs weigh the KL term, which --objective autoencoder does not have");
                yield new Objective.Autoencoder();
            }
            default -> throw new UsageException("unknown objective '" + objective + "'; use vae or autoencoder");
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
