package dev.fusedvae.spec;

import java.util.Arrays;
import java.util.Locale;

/// How much travels together: the research axis. Every level computes the same numbers up to rounding.
public enum FusionLevel {
    /// One call per primitive op; every intermediate reaches memory.
    NONE,
    /// Bias, activation and their derivatives inside the matrix products; likelihood and its gradient in one pass; one
    /// optimizer call for all parameters.
    EPILOGUE,
    /// Neighbouring layers share a phase, the optimizer runs where the gradient is made: weight gradients never reach memory.
    LAYER;

    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Reads [#flag()]; `epoch` is refused with its reason.
    public static FusionLevel parse(String flag) {
        if (flag.equals("epoch")) {
            throw new IllegalArgumentException("fusion level 'epoch' (one cooperative launch for a whole epoch) does not exist yet;"
                    + " use none, epilogue or layer");
        }
        return Arrays.stream(values()).filter(l -> l.flag().equals(flag)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("unknown fusion level '" + flag + "'; use none, epilogue or layer"));
    }
}
