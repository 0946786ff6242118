package dev.fusedvae.tensors;

import java.util.Arrays;

/// A float tensor with its name, row-major: the last dimension varies fastest.
///
/// `shape` is empty for a scalar and may contain zeros. The arrays given are copied, so a checkpoint does not change
/// while training goes on; [#data()] returns the tensor's own array, to be read only.
public record NamedTensor(String name, long[] shape, float[] data) {

    /// Checks that the name is not blank and that the shape has as many elements as `data`.
    public NamedTensor {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a tensor needs a name, got \"" + name + "\"");
        }
        if (elements(name, shape) != data.length) {
            throw new IllegalArgumentException("tensor " + name + ": shape " + Arrays.toString(shape) + " has "
                    + elements(name, shape) + " elements but " + data.length + " values were given; make them agree");
        }
        shape = shape.clone();
        data = data.clone();
    }

    /// The dimensions, outermost first (a copy).
    @Override
    public long[] shape() {
        return shape.clone();
    }

    /// The number of elements of a shape; 1 for a scalar.
    static long elements(String name, long[] shape) {
        long product = 1;
        boolean empty = false;
        for (long dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException("tensor " + name + ": shape " + Arrays.toString(shape)
                        + " has a negative dimension; every dimension must be >= 0");
            }
            empty |= dimension == 0;
        }
        if (empty) {
            return 0;
        }
        for (long dimension : shape) {
            long high = Math.multiplyHigh(product, dimension);
            product *= dimension;
            if (high != 0 || product < 0) {
                throw new IllegalArgumentException("tensor " + name + ": shape " + Arrays.toString(shape)
                        + " has more than 2^63 elements; check the dimensions");
            }
        }
        return product;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NamedTensor that
                && name.equals(that.name)
                && Arrays.equals(shape, that.shape)
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * name.hashCode() + Arrays.hashCode(shape)) + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return name + Arrays.toString(shape);
    }
}
