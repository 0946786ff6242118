package dev.fusedvae.spec;

import java.util.Arrays;
import java.util.Locale;

/// How pixel intensities become the model's input.
public enum Binarization {
    /// As they are.
    NONE(0),
    /// One where the intensity is at least one half.
    THRESHOLD(1),
    /// One with the intensity as probability, drawn afresh every epoch by Philox.
    DYNAMIC(2);

    private final int code;

    Binarization(int code) {
        this.code = code;
    }

    /// The number by which kernels know it: `BinarizationCode` of kernels/common/args.cuh. It is never given to another.
    public int code() {
        return code;
    }

    /// The name used on the command line and in files.
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Binarization parse(String flag) {
        return Arrays.stream(values()).filter(b -> b.flag().equals(flag)).findFirst().orElseThrow(
                () -> new SpecException("unknown binarization '" + flag + "'; use none, threshold or dynamic"));
    }
}
