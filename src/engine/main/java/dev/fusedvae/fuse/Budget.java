package dev.fusedvae.fuse;

/// What a backend can bear of the fusions that work by blocks of rows: each block reads all weights of its phase again, and keeps
/// what one layer leaves for the next. Fusion asks it before it joins such calls, and says with numbers what it left apart.
///
/// @param rowBlock            rows of the batch that one block covers; at least 1
/// @param rereadBytes         bytes of weights that the blocks of one phase may read again, all blocks together
/// @param rowBlockMemoryBytes bytes that a block may keep of what the next layer reads
public record Budget(int rowBlock, long rereadBytes, long rowBlockMemoryBytes) {

    /// For a backend that does not work by blocks of rows: nothing is left apart.
    public static final Budget UNLIMITED = new Budget(1, Long.MAX_VALUE, Long.MAX_VALUE);

    public Budget {
        if (rowBlock < 1 || rereadBytes < 0 || rowBlockMemoryBytes < 0) {
            throw new IllegalArgumentException("a budget needs row blocks of at least 1 row and no negative bytes, got " + rowBlock + ", "
                    + rereadBytes + " and " + rowBlockMemoryBytes);
        }
    }

    /// Bytes that blocks covering `rows` rows read of `weightBytes` bytes of weights.
    long rereads(long rows, long weightBytes) {
        return Math.ceilDiv(rows, rowBlock) * weightBytes;
    }
}
