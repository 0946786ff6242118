package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;

/// Cuts a parameter into the pieces that gradients and updates come in: 32 x 32 blocks of a weight, panels of a bias.
/// Block (panel p, rows 32·b) of a weight is contiguous: piece p·rowBlocks + b.
final class Blocks {
    private Blocks() {}

    /// Pieces of a form.
    static int count(Form form) {
        return switch (form) {
            case Form.Weight w -> w.transposed().allPanels() * w.rowBlocks();
            case Form.Panels p -> p.allPanels();
            case Form.Partials p -> throw new IllegalStateException("partial sums are not a parameter");
        };
    }

    /// Floats from the start of a form to piece `i`.
    static int offset(Form form, int i) {
        return switch (form) {
            case Form.Weight w -> i * PANEL * PANEL;
            case Form.Panels p -> i * p.stride();
            case Form.Partials p -> throw new IllegalStateException("partial sums are not a parameter");
        };
    }

    /// Meaningful floats of piece `i`: whole rows of a weight's block.
    static int length(Form form, int i) {
        return switch (form) {
            case Form.Weight w -> PANEL * Math.min(PANEL, w.transposed().rows() - i % w.rowBlocks() * PANEL);
            case Form.Panels p -> PANEL;
            case Form.Partials p -> throw new IllegalStateException("partial sums are not a parameter");
        };
    }
}
