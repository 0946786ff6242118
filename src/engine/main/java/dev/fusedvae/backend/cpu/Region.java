package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Step;
import java.util.List;

/// What runs between two barriers: calls that do not touch each other's tensors, or calls that pass the same rows on.
final class Region {
    private final CpuCall[] calls;
    /// The call of the plan that each piece of code belongs to, by its place there.
    private final int[] slots;
    private final int[] bounds;
    /// Where calls are independent, the call and its chunk that each piece is; the pieces of a member lie together.
    private final int[] callOf;
    private final int[] chunkOf;

    /// @param chained whether a piece is a chunk of every call, one after the other; all have as many chunks
    Region(List<CpuCall> calls, int[] slots, boolean chained, int members) {
        this.calls = calls.toArray(CpuCall[]::new);
        this.slots = slots;
        bounds = new int[members + 1];
        int pieces = chained ? calls.getFirst().chunks() : calls.stream().mapToInt(CpuCall::chunks).sum();
        if (pieces > Claims.MOST) {
            throw new IllegalStateException("a region has at most " + Claims.MOST + " pieces, got " + pieces);
        }
        callOf = new int[chained ? 0 : pieces];
        chunkOf = new int[chained ? 0 : pieces];
        if (chained) {
            for (int member = 0; member < members; member++) {
                bounds[member + 1] = Share.to(pieces, member, members);
            }
        } else {
            deal(members);
        }
    }

    /// Gives every member its share of each call, the call's first chunks to the first member.
    private void deal(int members) {
        int piece = 0;
        for (int member = 0; member < members; member++) {
            for (int c = 0; c < calls.length; c++) {
                int chunks = calls[c].chunks();
                for (int chunk = Share.from(chunks, member, members); chunk < Share.to(chunks, member, members); chunk++) {
                    callOf[piece] = c;
                    chunkOf[piece++] = chunk;
                }
            }
            bounds[member + 1] = piece;
        }
    }

    /// The pieces of each member; see [Job#next()].
    int[] bounds() {
        return bounds;
    }

    void run(int member, int piece, Step step) {
        if (callOf.length > 0) {
            calls[callOf[piece]].run(member, chunkOf[piece], step);
            return;
        }
        for (CpuCall call : calls) {
            call.run(member, piece, step);
        }
    }

    /// [#run], adding what each call of the plan took to its place in `nanos`.
    void timed(int member, int piece, Step step, long[] nanos) {
        int first = callOf.length > 0 ? callOf[piece] : 0;
        int end = callOf.length > 0 ? first + 1 : calls.length;
        for (int c = first; c < end; c++) {
            long before = System.nanoTime();
            calls[c].run(member, callOf.length > 0 ? chunkOf[piece] : piece, step);
            nanos[slots[c]] += System.nanoTime() - before;
        }
    }
}
