package dev.fusedvae.backend.cuda.kernels;

import java.util.Map;

/// Evaluates the takes line of a card: `B >= 32, N >= 32; arch >= 80`. All its conditions must hold; a remark may follow after a
/// dash.
final class TakesLine {
    private TakesLine() {}

    /// Whether a kernel may be chosen for these dimensions, which include `arch`; `name` is the kernel's name, for messages.
    static boolean holds(String text, String name, Map<String, Long> dimensions) {
        CardText line = new CardText("the takes line of " + name, text, dimensions);
        boolean all = comparison(line);
        while (line.take(",") || line.take(";")) {
            all &= comparison(line);
        }
        if (!line.take("—") && !line.atEnd()) {
            throw line.wrong("must be conditions such as 'B >= 32', separated by commas");
        }
        return all;
    }

    private static boolean comparison(CardText line) {
        double left = line.sum();
        if (line.take(">=")) {
            return left >= line.sum();
        } else if (line.take("<=")) {
            return left <= line.sum();
        } else if (line.take(">")) {
            return left > line.sum();
        } else if (line.take("<")) {
            return left < line.sum();
        }
        line.expect("=");
        return left == line.sum();
    }
}
