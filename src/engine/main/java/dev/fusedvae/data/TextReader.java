package dev.fusedvae.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Tables of numbers as text: CSV (comma, semicolon or tab), and Larochelle's `.amat` (columns separated by spaces).
///
/// If all values are whole numbers in 0..255, they are stored as bytes, and their full scale is the largest of them.
final class TextReader {

    private static final int LABEL_NONE = -1;
    private static final Set<String> NOT_FINITE = Set.of("nan", "inf", "-inf", "+inf", "infinity", "-infinity");

    private final String name;
    private final ReadOptions options;
    private final ValueBuffer values = new ValueBuffer();
    private int[] labels = new int[1024];
    private int rows;
    private int columns;
    private int labelColumn = LABEL_NONE;
    private char separator;
    private int lineNumber;

    private TextReader(String name, ReadOptions options) {
        this.name = name;
        this.options = options;
    }

    static DataSet read(String name, InputStream in, ReadOptions options) throws IOException {
        return new TextReader(name, options).read(new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1), 1 << 16));
    }

    private DataSet read(BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            lineNumber++;
            if (lineNumber == 1 && line.startsWith("\u00ef\u00bb\u00bf")) {
                line = line.substring(3);
            }
            if (!line.isBlank() && (columns > 0 || !start(line))) {
                row(line);
            }
        }
        if (rows == 0) {
            throw new DataException(name + " has no row of numbers; a text table needs one example per line");
        }
        DataSet data = values.toDataSet(name, values.size() / rows);
        return labelColumn == LABEL_NONE ? data : data.withLabels(Arrays.copyOf(labels, rows));
    }

    /// Takes separator, number of columns and label column from the first line; returns whether that line is a header.
    private boolean start(String line) {
        separator = separator(line);
        List<String> cells = cells(line);
        columns = cells.size();
        boolean header = options.header().orElseGet(() -> looksLikeHeader(cells));
        OptionalInt wanted = options.labelColumn();
        if (wanted.isPresent()) {
            int c = wanted.getAsInt();
            labelColumn = c > 0 ? c - 1 : columns + c;
            if (labelColumn < 0 || labelColumn >= columns) {
                throw new DataException(name + " has " + columns + " columns, so there is no label column " + c);
            }
        } else if (header) {
            labelColumn = labelOf(cells);
        }
        if (columns - (labelColumn == LABEL_NONE ? 0 : 1) == 0) {
            throw new DataException(name + " has only a label column; examples need at least one feature");
        }
        return header;
    }

    private static boolean looksLikeHeader(List<String> cells) {
        boolean noNumber = cells.stream().noneMatch(cell -> number(cell).isPresent()) && !cells.stream().allMatch(String::isEmpty);
        return labelOf(cells) != LABEL_NONE || noNumber;
    }

    private static int labelOf(List<String> cells) {
        for (int c = 0; c < cells.size(); c++) {
            if (cells.get(c).equalsIgnoreCase("label")) {
                return c;
            }
        }
        return LABEL_NONE;
    }

    private static char separator(String line) {
        for (char candidate : new char[] {',', ';', '\t'}) {
            if (line.indexOf(candidate) >= 0) {
                return candidate;
            }
        }
        return ' ';
    }

    private List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        if (separator == ' ') {
            cells.addAll(Arrays.asList(line.strip().split("\\s+")));
        } else {
            for (String cell : line.split(String.valueOf(separator), -1)) {
                cells.add(unquoted(cell));
            }
        }
        return cells;
    }

    private static String unquoted(String cell) {
        String text = cell.strip();
        return text.length() >= 2 && text.charAt(0) == '"' && text.endsWith("\"") ? text.substring(1, text.length() - 1).strip() : text;
    }

    private void row(String line) {
        int column = 0;
        int at = skipBlank(line, 0);
        boolean more = true;
        while (more) {
            int end = cellEnd(line, at);
            if (column < columns) {
                cell(line, at, end, column);
            }
            column++;
            at = separator == ' ' ? skipBlank(line, end) : end + 1;
            more = separator == ' ' ? at < line.length() : end < line.length();
        }
        if (column != columns) {
            throw new DataException(name + ", line " + lineNumber + " has " + column + " columns, but the first line has " + columns
                    + "; every row needs the same number");
        }
        rows++;
    }

    private int skipBlank(String line, int from) {
        int at = from;
        while (separator == ' ' && at < line.length() && line.charAt(at) <= ' ') {
            at++;
        }
        return at;
    }

    private int cellEnd(String line, int from) {
        if (separator != ' ') {
            int end = line.indexOf(separator, from);
            return end < 0 ? line.length() : end;
        }
        int end = from;
        while (end < line.length() && line.charAt(end) > ' ') {
            end++;
        }
        return end;
    }

    private void cell(String line, int from, int to, int column) {
        int small = smallWhole(line, from, to);
        float value = small >= 0 ? small : parse(unquoted(line.substring(from, to)), column);
        if (column != labelColumn) {
            if (values.size() == Integer.MAX_VALUE - 8) {
                throw new DataException(name + " has more than 2^31 values; a data set in memory must have fewer, so take a part of it");
            }
            values.add(value);
            return;
        }
        if (value != Math.rint(value) || Math.abs(value) > 1 << 24) {
            throw new DataException(where(column) + " is the label " + value + ", but labels must be whole numbers");
        }
        if (rows == labels.length) {
            labels = Arrays.copyOf(labels, rows * 2);
        }
        labels[rows] = (int) value;
    }

    /// The value of a cell of one to three digits, -1 for any other cell: the fast path for pixels.
    private static int smallWhole(String line, int from, int to) {
        if (to == from || to - from > 3) {
            return -1;
        }
        int value = 0;
        for (int k = from; k < to; k++) {
            int digit = line.charAt(k) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = 10 * value + digit;
        }
        return value;
    }

    private float parse(String text, int column) {
        if (text.isEmpty()) {
            throw new DataException(where(column) + " is empty; every cell needs a number, so fill it in or drop the row");
        }
        float value = number(text).orElseThrow(() -> new DataException(where(column) + " is '" + shortened(text)
                + "', which is not a number" + (rows == 0 ? "; if the line is a header, remove it or set the header option of ReadOptions" : "")));
        if (!Float.isFinite(value)) {
            throw new DataException(where(column) + " is '" + shortened(text) + "'; every value must be a finite float, so clean or fill it in first");
        }
        return value;
    }

    private String where(int column) {
        return name + ", line " + lineNumber + ", column " + (column + 1);
    }

    private static String shortened(String text) {
        return text.length() <= 20 ? text : text.substring(0, 20) + "...";
    }

    /// The number that the text spells, if it spells one. NaN and infinities count as numbers here: their error is that they are
    /// not finite.
    private static Optional<Float> number(String text) {
        // Float.parseFloat would also accept 1f, 1d and hexadecimal floats; in a data file these are mistakes.
        for (int k = 0; k < text.length(); k++) {
            if ("0123456789+-.eE".indexOf(text.charAt(k)) < 0) {
                return NOT_FINITE.contains(text.toLowerCase(Locale.ROOT)) ? Optional.of(Float.NaN) : Optional.empty();
            }
        }
        try {
            return Optional.of(Float.parseFloat(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
