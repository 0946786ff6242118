package dev.fusedvae.backend.cpu;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/// A job that checks its team: every piece once, in its own round, and plain writes of one round seen in the next.
final class CountingJob implements Job {
    private static final int MOST_PIECES = 64;

    private final int size;
    private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();
    /// Plain on purpose: the team orders them. What each piece of the last round wrote, and how often it was run.
    private final long[] values = new long[MOST_PIECES];
    private final int[] runs = new int[MOST_PIECES];
    private final int[] byMember;
    private long[] before = {};
    private int rounds;
    private int shape;
    private int round;
    private int failRound = -1;
    private int failPiece;
    private boolean slow;

    CountingJob(int size) {
        this.size = size;
        byMember = new int[size];
    }

    /// Holds members up in some pieces.
    CountingJob slow() {
        slow = true;
        return this;
    }

    /// Throws in a piece, or for piece -1 in opening the round.
    CountingJob failing(int inStage, int inPiece) {
        failRound = inStage;
        failPiece = inPiece;
        return this;
    }

    CountingJob begin(int newRounds, int newShape) {
        rounds = newRounds;
        shape = newShape;
        round = -1;
        before = new long[] {newShape};
        return this;
    }

    /// One, few, or many pieces.
    static int pieces(int round, int shape, int size) {
        return switch ((round + shape) % 4) {
            case 0 -> 4 * size;
            case 1 -> 1;
            case 2 -> size;
            default -> size + 1;
        };
    }

    @Override
    public int[] next() {
        if (round >= 0) {
            close(pieces(round, shape, size));
        }
        if (++round == rounds) {
            return OVER;
        }
        if (round == failRound && failPiece < 0) {
            throw new ArithmeticException("on purpose");
        }
        int[] bounds = new int[size + 1];
        for (int m = 0; m < size; m++) {
            bounds[m + 1] = end(m);
        }
        return bounds;
    }

    /// All of one round for the last member, all of another for the first: the others have nothing but what they take from it.
    private int end(int member) {
        int pieces = pieces(round, shape, size);
        return switch ((round + shape) % 5) {
            case 3 -> pieces;
            case 4 -> member + 1 < size ? 0 : pieces;
            default -> Share.to(pieces, member, size);
        };
    }

    private void close(int pieces) {
        before = new long[pieces];
        for (int p = 0; p < pieces; p++) {
            if (runs[p] != 1 && failRound < 0) {
                complaints.add("piece " + p + " of round " + round + " was run " + runs[p] + " times");
            }
            before[p] = values[p];
            runs[p] = 0;
            values[p] = 0;
        }
    }

    @Override
    public void run(int member, int piece) {
        if (round < 0 || round >= rounds || piece >= pieces(round, shape, size)) {
            complaints.add("piece " + piece + " was run in round " + round + " of " + rounds);
            return;
        }
        if (round == failRound && piece == failPiece) {
            throw new ArithmeticException("on purpose");
        }
        if (slow && (round + piece + member) % 3 == 0) {
            LockSupport.parkNanos((member + 1) * 300_000L);
        }
        for (long value : before) {
            if (value != before[0] || round > 0 && value != round + shape) {
                complaints.add("round " + round + " saw " + value);
            }
        }
        values[piece] += round + 1 + shape;
        runs[piece]++;
        byMember[member]++;
    }

    /// Whether `which` was opened.
    boolean began(int which) {
        return round >= which;
    }

    int piecesOf(int member) {
        return byMember[member];
    }

    int piecesRun() {
        int sum = 0;
        for (int n : byMember) {
            sum += n;
        }
        return sum;
    }

    String complaints() {
        return String.join("; ", complaints);
    }
}
