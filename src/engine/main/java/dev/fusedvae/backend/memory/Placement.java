package dev.fusedvae.backend.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Puts slots into one arena: slots that never live at once may share floats.
///
/// @param first offset of the first slot
/// @param unit  slots start at `first` plus a multiple of this
/// @param guard floats behind every slot that nobody writes; a test fills them and checks that they survive
public record Placement(int first, int unit, int guard) {

    /// A slot that lives from region `first` to region `last`.
    public record Request<K>(K key, long size, int first, int last) {
        boolean overlaps(Request<?> other) {
            return first <= other.last && other.first <= last;
        }
    }

    /// Where each slot starts, and the length of the arena, in floats.
    public record Result<K>(Map<K, Long> offsets, long length) {}

    /// Larger slots first, each at the lowest offset that is free for all of its life.
    public <K> Result<K> place(List<Request<K>> requests) {
        List<Request<K>> bySize = new ArrayList<>(requests);
        bySize.sort(Comparator.comparingLong((Request<K> r) -> r.size()).reversed());
        Map<K, Long> offsets = new HashMap<>();
        List<Request<K>> placed = new ArrayList<>();
        long end = first;
        for (Request<K> request : bySize) {
            List<Request<K>> rivals = placed.stream().filter(request::overlaps)
                    .sorted(Comparator.comparingLong(r -> offsets.get(r.key()))).toList();
            long at = first;
            for (Request<K> rival : rivals) {
                long start = offsets.get(rival.key());
                if (at + footprint(request) > start) {
                    at = Math.max(at, start + footprint(rival));
                }
            }
            end = Math.max(end, at + footprint(request));
            offsets.put(request.key(), at);
            placed.add(request);
        }
        return new Result<>(offsets, end);
    }

    private long footprint(Request<?> request) {
        return footprint(request.size());
    }

    /// Floats that a slot of `size` takes, with its guard and what is left to the next multiple of the unit.
    public long footprint(long size) {
        return (size + guard + unit - 1) / unit * unit;
    }
}
