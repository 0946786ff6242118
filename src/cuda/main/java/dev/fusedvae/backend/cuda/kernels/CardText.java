package dev.fusedvae.backend.cuda.kernels;

import java.util.Map;

/// Reads a line of a card: words, and arithmetic on the dimensions of the op such as `⌈B·N/256⌉` or `N % 4`.
final class CardText {
    private final String what;
    private final String text;
    private final Map<String, Long> dimensions;
    private int at;

    /// @param what name of the line in messages: `the launch line of linear_bias_act/2_tiled`
    CardText(String what, String text, Map<String, Long> dimensions) {
        this.what = what;
        this.text = text;
        this.dimensions = dimensions;
    }

    /// A whole number that is not negative.
    int count() {
        double value = sum();
        if (value != Math.rint(value) || value < 0 || value > Integer.MAX_VALUE) {
            throw wrong("gives " + value + ", which is no count");
        }
        return (int) value;
    }

    double sum() {
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
            } else if (take("%")) {
                value %= atom();
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
        return Character.isDigit(word.charAt(0)) ? number(word) : dimension(word);
    }

    private double number(String word) {
        if (!word.matches("[0-9]{1,12}")) {
            throw wrong("has '" + word + "' where a number must be");
        }
        return Double.parseDouble(word);
    }

    private double dimension(String word) {
        Long value = dimensions.get(word);
        if (value == null) {
            throw wrong("names " + word + "; the dimensions of this op are " + dimensions.keySet());
        }
        return value;
    }

    private void blanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    boolean atEnd() {
        blanks();
        return at == text.length();
    }

    /// Skips `token` if it comes next, and returns whether it did.
    boolean take(String token) {
        blanks();
        if (text.startsWith(token, at)) {
            at += token.length();
            return true;
        }
        return false;
    }

    void expect(String token) {
        if (!take(token)) {
            throw wrong("lacks '" + token + "' before '" + text.substring(at) + "'");
        }
    }

    IllegalArgumentException wrong(String fault) {
        return new IllegalArgumentException(what + " " + fault + ": " + text);
    }
}
