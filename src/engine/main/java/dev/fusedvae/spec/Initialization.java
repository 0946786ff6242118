package dev.fusedvae.spec;

import java.util.Arrays;

/// How parameters start.
public enum Initialization {
    /// U(±1/√K) for weights and biases, K inputs: PyTorch's `nn.Linear`.
    UNIFORM,
    /// U(±√(6/(K+N))) for weights, zero biases: Glorot & Bengio 2010.
    GLOROT;

    public String flag() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    public static Initialization parse(String flag) {
        return Arrays.stream(values()).filter(i -> i.flag().equals(flag)).findFirst().orElseThrow(
                () -> new SpecException("unknown initialization '" + flag + "'; use uniform or glorot"));
    }
}
