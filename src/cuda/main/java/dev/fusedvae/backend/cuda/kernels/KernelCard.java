package dev.fusedvae.backend.cuda.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The comment that opens a kernel's file: what it computes and how it is launched.
///
/// A test compares it with the op's definition. The formula is that of the op's kind. `fuses` lists the primitive ops of the
/// definition, in brackets those that some calls lack, then says why; `nothing` where the op is primitive. `shapes` names every slot as
/// `name[rows,columns]`, by the names that the primitive ops give them.
///
/// @param op      the op, also the entry point: `linear_bias_act`
/// @param variant the file's name without its ending: `2_tiled`
/// @param formula what it computes
/// @param lines   `shapes`, `launch`, `cost`, `fuses`, `needs`, each with its text; `takes` where a variant is not for everybody
public record KernelCard(String op, String variant, String formula, Map<String, String> lines) {
    private static final List<String> KEYS = List.of("shapes", "launch", "cost", "fuses", "needs", "takes");

    public KernelCard {
        lines = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(lines));
    }

    /// Reads the card of `file`.
    ///
    /// @throws IllegalArgumentException if it has none, or lacks a line that every card has
    public static KernelCard read(Path file) {
        try {
            return parse(Files.readString(file), file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static KernelCard parse(String text, Path file) {
        List<String> comment = text.lines().takeWhile(l -> l.startsWith("//")).map(l -> l.substring(2)).toList();
        String[] title = comment.isEmpty() ? new String[0] : comment.getFirst().strip().split("\\s*/\\s*|\\s{2,}", 3);
        if (title.length < 3) {
            throw new IllegalArgumentException(file + " must open with a card whose first line is '// op / variant   formula'");
        }
        Map<String, String> lines = new LinkedHashMap<>();
        String key = "";
        for (String line : comment.subList(1, comment.size())) {
            String[] words = line.strip().split("\\s+", 2);
            if (KEYS.contains(words[0]) && words.length == 2) {
                key = words[0];
                lines.put(key, words[1]);
            } else if (!key.isEmpty()) {
                lines.merge(key, line.strip(), (a, b) -> a + " " + b);
            }
        }
        if (!lines.containsKey("launch")) {
            throw new IllegalArgumentException("the card of " + file + " lacks its launch line: '// launch  grid (⌈N/64⌉,⌈B/64⌉), block 256'");
        }
        return new KernelCard(title[0], title[1], title[2], lines);
    }

    /// The grid for these dimensions, by the launch line.
    public Grid grid(Map<String, Long> dimensions) {
        return LaunchLine.parse(lines.get("launch"), name(), dimensions);
    }

    /// Whether the variant runs only where its name is asked for: `takes  by name only: unverified on hardware`.
    public boolean byNameOnly() {
        return lines.getOrDefault("takes", "").startsWith("by name only");
    }

    /// Whether it is meant for these dimensions, `arch` among them; a card without a takes line is for all, one by name only for none.
    boolean takes(Map<String, Long> dimensions) {
        return !byNameOnly() && (!lines.containsKey("takes") || TakesLine.holds(lines.get("takes"), name(), dimensions));
    }

    /// `linear_bias_act/2_tiled`
    public String name() {
        return op + "/" + variant;
    }
}
