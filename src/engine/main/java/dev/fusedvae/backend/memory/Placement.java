package dev.fusedvae.backend.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Places slots in one arena (array of floats); slots that are never in use at the same time may share memory.
///
/// @param first offset of the first slot
/// @param unit  slots start at `first` plus a multiple of this
/// @param guard floats behind every slot that no kernel may write; a test fills them and checks that they are unchanged
public record Placement(int first, int unit, int guard) {

    /// A slot that is in use from region `first` to region `last`. A region runs between two barriers: on cuda it is a phase.
    public record Request<K>(K key, long size, int first, int last) {
        boolean overlaps(Request<?> other) {
            return first <= other.last && other.first <= last;
        }
    }

    /// Where each slot starts, and the length of the arena, in floats.
    public record Result<K>(Map<K, Long> offsets, long length) {}

    /// Places the largest slots first, each at the lowest offset that is free in all its regions.
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

    /// Floats that a slot of `size` takes, with its guard, rounded up to a multiple of the unit.
    public long footprint(long size) {
        return (size + guard + unit - 1) / unit * unit;
    }
}
