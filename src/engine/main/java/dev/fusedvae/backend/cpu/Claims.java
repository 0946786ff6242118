package dev.fusedvae.backend.cpu;

import java.util.concurrent.atomic.AtomicLongArray;

/// Who takes which piece of a round: for each member one word, `round · 2^36 + end · 2^18 + next`, in a cache line of its
/// own. The member takes its pieces from the front, the others from the back, so each costs one atomic operation, mostly
/// on a line that nobody else wants.
///
/// Whoever succeeds in taking a piece has seen the word that [#open] wrote last, and all that was written before it; while
/// the piece is not counted as done no other round can be opened. So a member that comes late, from whatever round, takes
/// a piece of the current one or none; rounds only tell waiting members that there is something new.
class Claims {
    /// The most pieces of a round.
    static final int MOST = (1 << 18) - 1;
    static final int NONE = -1;
    private static final int NEXT_BITS = 18;
    private static final int ROUND_SHIFT = 36;
    private static final long END = 1L << NEXT_BITS;
    /// Next piece 1 of none: no round looks like that.
    private static final long OVER = 1;
    /// Longs between words: two cache lines, because neighbours are prefetched in pairs.
    private static final int STRIDE = 16;

    private final int members;
    private final AtomicLongArray words;

    Claims(int members) {
        this.members = members;
        words = new AtomicLongArray((members + 1) * STRIDE);
    }

    /// The number of the last round that `member` was told of.
    long round(int member) {
        return words.get(at(member)) >>> ROUND_SHIFT;
    }

    /// Offers the pieces of a new round; see [Job#next()]. A fence or another volatile write must follow before anything is
    /// read that decides whom to wake.
    ///
    /// Pieces are taken as soon as their word is there, so that a round can be over, and the next one open, when the last of
    /// its pieces is. No word may follow that one: it would overwrite the next round's. So members without pieces come first.
    void open(long round, int[] bounds) {
        tell(round, bounds, true);
        tell(round, bounds, false);
    }

    private void tell(long round, int[] bounds, boolean empty) {
        for (int member = 0; member < members; member++) {
            if (bounds[member] == bounds[member + 1] == empty) {
                tell(member, round << ROUND_SHIFT | (long) bounds[member + 1] << NEXT_BITS | bounds[member]);
            }
        }
    }

    /// Writes a member's word.
    void tell(int member, long word) {
        words.setRelease(at(member), word);
    }

    /// Tells member 0 that the job is over, in a round with nothing to take. This one write is all that it waits for: as
    /// soon as it is seen the next job may be opened, so whoever ends a job must not touch the claims after it.
    void finish(long round) {
        words.set(at(0), round << ROUND_SHIFT | OVER);
    }

    /// Whether the job is over; for member 0.
    boolean over() {
        long word = words.get(at(0));
        return next(word) > end(word);
    }

    /// A piece for `member`: its own next one, or another's last one, or [#NONE].
    int take(int member) {
        int piece = first(member);
        for (int i = 1; i < members && piece == NONE; i++) {
            piece = last(member + i < members ? member + i : member + i - members);
        }
        return piece;
    }

    private int first(int member) {
        int at = at(member);
        for (long word = words.getAcquire(at); next(word) < end(word); word = words.getAcquire(at)) {
            if (words.compareAndSet(at, word, word + 1)) {
                return next(word);
            }
        }
        return NONE;
    }

    private int last(int member) {
        int at = at(member);
        for (long word = words.getAcquire(at); next(word) < end(word); word = words.getAcquire(at)) {
            if (words.compareAndSet(at, word, word - END)) {
                return end(word) - 1;
            }
        }
        return NONE;
    }

    private static int at(int member) {
        return (member + 1) * STRIDE;
    }

    private static int next(long word) {
        return (int) word & MOST;
    }

    private static int end(long word) {
        return (int) (word >>> NEXT_BITS) & MOST;
    }
}
