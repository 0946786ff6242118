package dev.fusedvae.spec;

/// What training does to the encoder's input, drawn afresh every step; the target stays clean: Vincent et al. 2010.
///
/// It goes with every objective; with an autoencoder it makes a denoising one. Inference never corrupts.
public sealed interface Corruption {

    /// The input as it is.
    record None() implements Corruption {}

    /// x + σ·n with n ~ N(0, I).
    record Gaussian(double sigma) implements Corruption {
        public Gaussian {
            SpecException.require(sigma > 0 && Double.isFinite(sigma),
                    "the sigma of gaussian corruption must be a finite number > 0, got %s", sigma);
        }
    }

    /// Each value becomes 0 with probability p.
    record Masking(double probability) implements Corruption {
        public Masking {
            SpecException.require(probability > 0 && probability < 1,
                    "the probability of masking corruption must be in (0,1), got %s", probability);
        }
    }

    Corruption NONE = new None();

    /// The number by which kernels know it: `CorruptionCode` of kernels/common/family_args.cuh. It is never given to another.
    default int code() {
        return switch (this) {
            case None() -> 0;
            case Gaussian(double sigma) -> 1;
            case Masking(double probability) -> 2;
        };
    }

    /// The name used on the command line and in `config.json`: `none`, `gaussian:0.3`, `masking:0.5`.
    default String flag() {
        return switch (this) {
            case None() -> "none";
            case Gaussian(double sigma) -> "gaussian:" + sigma;
            case Masking(double probability) -> "masking:" + probability;
        };
    }

    /// Reads [#flag()].
    static Corruption parse(String flag) {
        int colon = flag.indexOf(':');
        if (flag.equals("none")) {
            return NONE;
        }
        String name = colon < 0 ? flag : flag.substring(0, colon);
        double value = colon < 0 ? Double.NaN : number(flag, flag.substring(colon + 1));
        return switch (name) {
            case "gaussian" -> new Gaussian(value);
            case "masking" -> new Masking(value);
            default -> throw unknown(flag);
        };
    }

    private static double number(String flag, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw unknown(flag);
        }
    }

    private static SpecException unknown(String flag) {
        return new SpecException("unknown corruption '" + flag + "'; use none, gaussian:SIGMA (such as gaussian:0.3) or masking:P (such as masking:0.5)");
    }
}
