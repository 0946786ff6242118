package dev.fusedvae.backend.cuda.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The card of a kernel, which is the comment at the top of its file: what the kernel computes and how it is launched.
///
/// A test compares it with the op's definition. The formula is that of the op's kind. `fuses` lists the primitive ops of the
/// definition, those that some calls lack in brackets, and then says what the fusion saves; it is `nothing` for a primitive op. `shapes`
/// gives every slot as `name[rows,columns]`, with the names of the primitive ops.
///
/// @param op      the op, also the name of the entry point: `linear_bias_act`
/// @param variant the file's name without its ending: `2_tiled`
/// @param formula what it computes
/// @param lines   `shapes`, `launch`, `cost`, `fuses`, `needs`, each with its text; `takes` if the variant is not chosen for all shapes
public record KernelCard(String op, String variant, String formula, Map<String, String> lines) {
    private static final List<String> KEYS = List.of("shapes", "launch", "cost", "fuses", "needs", "takes");

    public KernelCard {
        lines = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(lines));
    }

    /// Reads the card of `file`.
    ///
    /// @throws IllegalArgumentException if there is no card, or a line is missing that every card must have
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

    /// The grid for these dimensions, computed from the launch line.
    public Grid grid(Map<String, Long> dimensions) {
        return LaunchLine.parse(lines.get("launch"), name(), dimensions);
    }

    /// Whether the variant is used only if the user asks for it by name: `takes  by name only: unverified on hardware`.
    public boolean byNameOnly() {
        return lines.getOrDefault("takes", "").startsWith("by name only");
    }

    /// Whether the variant may be chosen for these dimensions, which include `arch`. Without a takes line it may be chosen for all
    /// dimensions, with `by name only` for none.
    boolean takes(Map<String, Long> dimensions) {
        return !byNameOnly() && (!lines.containsKey("takes") || TakesLine.holds(lines.get("takes"), name(), dimensions));
    }

    /// `linear_bias_act/2_tiled`
    public String name() {
        return op + "/" + variant;
    }
}
