package dev.fusedvae.data;

import java.util.Optional;
import java.util.OptionalInt;

/// What a reader cannot learn from the file itself.
///
/// - `labelColumn`: the column of a text table that holds the label: 1 is the first, -1 the last. If it is not given, a column
///   whose header is `label` is taken, and a table without such a header has no labels.
/// - `header`: whether the first line of a text table names the columns. If it is not given, a first line without any number,
///   or with a cell `label`, is a header.
/// - `image`: the shape of an example: rows of numbers are declared to have it, PNGs are resized and converted to it.
/// - `testFraction`: the share of the examples that is held out for testing if the files have no test set of their own.
public record ReadOptions(OptionalInt labelColumn, Optional<Boolean> header, Optional<ImageShape> image, double testFraction) {

    public ReadOptions {
        if (labelColumn.isPresent() && labelColumn.getAsInt() == 0) {
            throw new DataException("the label column must be 1 (first), 2, ... or -1 (last), -2, ..., got 0");
        }
        if (!(testFraction > 0 && testFraction < 1)) {
            throw new DataException("the test fraction must be between 0 and 1, got " + testFraction);
        }
    }

    /// No label column named, the header recognised by its content, shape as in the file, a tenth held out.
    public static ReadOptions defaults() {
        return new ReadOptions(OptionalInt.empty(), Optional.empty(), Optional.empty(), 0.1);
    }

    public ReadOptions withLabelColumn(int column) {
        return new ReadOptions(OptionalInt.of(column), header, image, testFraction);
    }

    public ReadOptions withHeader(boolean present) {
        return new ReadOptions(labelColumn, Optional.of(present), image, testFraction);
    }

    public ReadOptions withImage(ImageShape shape) {
        return new ReadOptions(labelColumn, header, Optional.of(shape), testFraction);
    }

    public ReadOptions withTestFraction(double fraction) {
        return new ReadOptions(labelColumn, header, image, fraction);
    }
}
