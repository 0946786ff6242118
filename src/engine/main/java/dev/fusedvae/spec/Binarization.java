package dev.fusedvae.spec;

import java.util.Arrays;

/// How pixel intensities become the model's input.
public enum Binarization {
    /// As they are.
    NONE,
    /// One where the intensity is at least one half.
    THRESHOLD,
    /// One with the intensity as probability, drawn afresh every epoch by Philox.
    DYNAMIC;

    public String flag() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    public static Binarization parse(String flag) {
        return Arrays.stream(values()).filter(b -> b.flag().equals(flag)).findFirst().orElseThrow(
                () -> new SpecException("unknown binarization '" + flag + "'; use none, threshold or dynamic"));
    }
}
