package dev.fusedvae.backend.cuda.kernels;

import java.util.Map;

/// Evaluates the launch line of a card: `grid (⌈N/64⌉,⌈B/64⌉), block 256, smem 4·16·(64+64) B`.
final class LaunchLine {
    private LaunchLine() {}

    /// The geometry that `text` gives for these dimensions; `name` is the kernel's name, for messages.
    static Grid parse(String text, String name, Map<String, Long> dimensions) {
        CardText line = new CardText("the launch line of " + name, text, dimensions);
        line.expect("grid");
        boolean bracket = line.take("(");
        int x = line.count();
        int y = line.take(",") && bracket ? line.count() : 1;
        if (bracket) {
            line.expect(")");
            line.take(",");
        }
        line.expect("block");
        int block = line.count();
        int shared = 0;
        if (line.take(",") && line.take("smem")) {
            shared = line.count();
        }
        return new Grid(x, y, block, shared);
    }
}
