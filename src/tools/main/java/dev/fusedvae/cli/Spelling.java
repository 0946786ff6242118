package dev.fusedvae.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Guesses what a mistyped word was meant to be.
final class Spelling {
    private Spelling() {}

    /// Letters from which on the beginning of a name is taken for it.
    private static final int BEGINNING = 4;

    /// The name closest to `word`, if a third of its letters at most are wrong, else the shortest that begins with it; what
    /// follows `=` is left out.
    static Optional<String> nearest(String word, List<String> names) {
        String typed = word.replaceFirst("=.*", "");
        return names.stream().min(Comparator.comparingInt(name -> distance(typed, name)))
                .filter(name -> distance(typed, name) <= Math.max(1, typed.length() / 3))
                .or(() -> names.stream().filter(name -> typed.length() >= BEGINNING && name.startsWith(typed))
                        .min(Comparator.comparingInt(String::length)));
    }

    /// Insertions, deletions, replacements and swaps of neighbours from one to the other; Damerau 1964.
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(replaced, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
