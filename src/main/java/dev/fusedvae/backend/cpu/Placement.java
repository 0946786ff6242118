package dev.fusedvae.backend.cpu;

import dev.fusedvae.spec.SpecException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Puts slots into one array: slots that never live at once may share floats.
///
/// Every slot starts a cache line, so that no vector splits one, and ends before [#GUARD] floats that nobody writes.
final class Placement {
    /// Floats between slots; a test fills them and checks that they survive.
    static final int GUARD = 16;
    /// Cache lines start at offsets ≡ 12 modulo 16: a `float[]` has a header of 16 bytes and starts on 16.
    private static final int FIRST = 12;

    /// A slot that lives from region `first` to region `last`.
    record Request<K>(K key, long size, int first, int last) {
        boolean overlaps(Request<?> other) {
            return first <= other.last && other.first <= last;
        }
    }

    /// Where each slot starts, and the length of the array.
    record Result<K>(Map<K, Integer> offsets, int length) {}

    private Placement() {}

    /// Larger slots first, each at the lowest offset that is free for all of its life.
    static <K> Result<K> place(List<Request<K>> requests) {
        List<Request<K>> bySize = new ArrayList<>(requests);
        bySize.sort(Comparator.comparingLong((Request<K> r) -> r.size()).reversed());
        Map<K, Integer> offsets = new HashMap<>();
        List<Request<K>> placed = new ArrayList<>();
        long end = FIRST;
        for (Request<K> request : bySize) {
            List<Request<K>> rivals = placed.stream().filter(request::overlaps)
                    .sorted(Comparator.comparingInt(r -> offsets.get(r.key()))).toList();
            long at = FIRST;
            for (Request<K> rival : rivals) {
                long start = offsets.get(rival.key());
                if (at + footprint(request) > start) {
                    at = Math.max(at, start + footprint(rival));
                }
            }
            end = Math.max(end, at + footprint(request));
            if (end > Integer.MAX_VALUE - 8) {
                throw new SpecException("the arena of this model needs " + 4 * end
                        + " bytes and one Java array holds 8 GiB; use a smaller batch or narrower layers");
            }
            offsets.put(request.key(), (int) at);
            placed.add(request);
        }
        return new Result<>(offsets, (int) end);
    }

    private static long footprint(Request<?> request) {
        return (request.size() + GUARD + 15) / 16 * 16;
    }
}
