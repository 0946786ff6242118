package dev.fusedvae.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Guesses what a mistyped word was meant to be.
final class Spelling {
    private Spelling() {}

    /// The name closest to `word`, if a third of its letters at most are wrong; what follows `=` is left alone.
    static Optional<String> nearest(String word, List<String> names) {
        String typed = word.replaceFirst("=.*", "");
        return names.stream().min(Comparator.comparingInt(name -> distance(typed, name)))
                .filter(name -> distance(typed, name) <= Math.max(1, typed.length() / 3));
    }

    /// Insertions, deletions and replacements from one to the other; Levenshtein 1966.
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
