package dev.fusedvae.backend.cuda;

import java.util.Map;

/// Evaluates the launch line of a card: `grid (⌈N/64⌉,⌈B/64⌉), block 256, smem 4·16·(64+64) B`.
final class LaunchLine {
    private final String text;
    private final String name;
    private final Map<String, Long> dimensions;
    private int at;

    private LaunchLine(String text, String name, Map<String, Long> dimensions) {
        this.text = text;
        this.name = name;
        this.dimensions = dimensions;
    }

    /// The geometry that `text` states for these dimensions; `name` is the kernel's, for errors.
    static Grid parse(String text, String name, Map<String, Long> dimensions) {
        return new LaunchLine(text, name, dimensions).grid();
    }

    private Grid grid() {
        expect("grid");
        boolean bracket = take("(");
        int x = count();
        int y = take(",") && bracket ? count() : 1;
        if (bracket) {
            expect(")");
            take(",");
        }
        expect("block");
        int block = count();
        int shared = 0;
        if (take(",") && take("smem")) {
            shared = count();
        }
        return new Grid(x, y, block, shared);
    }

    private int count() {
        double value = sum();
        if (value != Math.rint(value) || value < 0 || value > Integer.MAX_VALUE) {
            throw wrong("gives " + value + ", which is no count");
        }
        return (int) value;
    }

    private double sum() {
        double value = product();
        while (true) {
            if (take("+")) {
                value += product();
            } else if (take("-")) {
                value -= product();
            } else {
                return value;
            }
        }
    }

    private double product() {
        double value = atom();
        while (true) {
            if (take("·") || take("*")) {
                value *= atom();
            } else if (take("/")) {
                value /= atom();
            } else {
                return value;
            }
        }
    }

    private double atom() {
        if (take("⌈")) {
            double value = sum();
            expect("⌉");
            return Math.ceil(value);
        }
        if (take("(")) {
            double value = sum();
            expect(")");
            return value;
        }
        blanks();
        int from = at;
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        String word = text.substring(from, at);
        if (word.isEmpty()) {
            throw wrong("cannot be read from '" + text.substring(from) + "' on");
        }
        if (Character.isDigit(word.charAt(0))) {
            return Double.parseDouble(word);
        }
        Long dimension = dimensions.get(word);
        if (dimension == null) {
            throw wrong("names " + word + "; the dimensions of this op are " + dimensions.keySet());
        }
        return dimension;
    }

    private void blanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean take(String token) {
        blanks();
        if (text.startsWith(token, at)) {
            at += token.length();
            return true;
        }
        return false;
    }

    private void expect(String token) {
        if (!take(token)) {
            throw wrong("lacks '" + token + "' before '" + text.substring(at) + "'");
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("the launch line of " + name + " " + what + ": " + text);
    }
}
