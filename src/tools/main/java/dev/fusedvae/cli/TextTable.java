package dev.fusedvae.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// A table in plain text: a header, a rule, aligned columns.
final class TextTable {
    private final List<List<String>> rows = new ArrayList<>();
    private final Set<Integer> right = new HashSet<>();

    TextTable(String... header) {
        rows.add(List.of(header));
    }

    /// Sets columns to the right.
    TextTable right(int... columns) {
        for (int column : columns) {
            right.add(column);
        }
        return this;
    }

    TextTable row(String... cells) {
        if (cells.length != rows.getFirst().size()) {
            throw new IllegalArgumentException("a row has " + cells.length + " cells, the header " + rows.getFirst().size());
        }
        rows.add(List.of(cells));
        return this;
    }

    List<String> lines() {
        int columns = rows.getFirst().size();
        int[] width = new int[columns];
        for (List<String> row : rows) {
            for (int c = 0; c < columns; c++) {
                width[c] = Math.max(width[c], row.get(c).codePointCount(0, row.get(c).length()));
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            List<String> cells = new ArrayList<>();
            for (int c = 0; c < columns; c++) {
                String pad = " ".repeat(width[c] - row.get(c).codePointCount(0, row.get(c).length()));
                cells.add(right.contains(c) ? pad + row.get(c) : row.get(c) + pad);
            }
            lines.add(String.join("  ", cells).stripTrailing());
            if (lines.size() == 1) {
                lines.add(java.util.Arrays.stream(width).mapToObj("-"::repeat).collect(Collectors.joining("  ")));
            }
        }
        return lines;
    }
}
