package dev.fusedvae.backend.cpu;

/// Into how many chunks work is cut: several for each member, so that others can help one that is held up, but none so small
/// that taking it, or reading weights once more for it, would be felt.
final class Cutting {
    /// Chunks for each member where there is enough to cut.
    private static final int CHUNKS_PER_MEMBER = 4;
    private static final int PANEL_CHUNKS_PER_MEMBER = 2;
    /// The fewest weights of a chunk of a single row: half a microsecond, where handing chunks over and waiting for them takes two.
    private static final long ROW_CHUNK_WEIGHTS = 50_000;
    /// The fewest rows of a chunk, about: weights are read again for every chunk. 16 cost 3 % of S at batch 128.
    private static final int ROWS = 32;
    /// The same where the weights come from main memory: 32 and 48 rows cost 5 to 8 % of 784-1024-1024-64 at batch 256.
    private static final int ROWS_FROM_MEMORY = 96;
    /// The most rows of a chunk, about: activations that stay in the second-level cache save 10 % of S at batch 1024.
    private static final int MOST_ROWS = 96;
    /// Weights of one region that are still met in a cache, in floats: a quarter of a third-level cache of 32 MiB.
    private static final long CACHED_WEIGHTS = 1 << 21;

    /// Chunks of one call at most, unless there are more members: a region with very many calls must fit into [Claims#MOST].
    private static final int MOST_CHUNKS = 1024;

    private Cutting() {}

    /// Chunks of `rows` rows, which can be cut in `grains` pieces, that all pass by `weights` floats of weights.
    static int rows(long rows, long grains, long weights, int members) {
        double share = (double) rows / members;
        long fewest = weights <= CACHED_WEIGHTS ? ROWS : ROWS_FROM_MEMORY;
        long chunks = Math.max(Math.clamp(Math.round(share / fewest), 1, CHUNKS_PER_MEMBER), Math.round(share / MOST_ROWS));
        return (int) Math.min(grains, members * Math.min(chunks, most(members)));
    }

    /// Chunks of `blocks` blocks or other pieces of sums.
    static int blocks(int blocks, int members) {
        return members == 1 ? 1 : Math.min(blocks, members * Math.min(CHUNKS_PER_MEMBER, most(members)));
    }

    /// Chunks of `panels` panels of an output with few rows.
    static int panels(int panels, int members) {
        return members == 1 ? 1 : Math.min(panels, members * PANEL_CHUNKS_PER_MEMBER);
    }

    /// The same for a single row. Every chunk lists the inputs that are not zero anew, which takes as long as a good part of its
    /// product, so there is one for each member at most: encoding by 784-400-20 takes 0.7 to 1.0 of the time. (With more rows,
    /// products left to one member make a step of 784-200-200-50 5 to 18 % slower, small as they are.)
    static int panelsOfRow(int panels, long weights, int members) {
        return (int) Math.clamp(weights / ROW_CHUNK_WEIGHTS, 1, Math.min(panels, members));
    }

    private static int most(int members) {
        return Math.max(1, MOST_CHUNKS / members);
    }
}
