package dev.fusedvae.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The tensors that an op reads and those that it writes, in order.
public record Access(List<Tensor> reads, List<Tensor> writes) {
    public Access {
        reads = List.copyOf(reads);
        writes = List.copyOf(writes);
    }

    static Access reading(Tensor... tensors) {
        return new Access(List.of(tensors), List.of());
    }

    Access reading(List<Tensor> more) {
        return new Access(both(reads, more), writes);
    }

    Access reading(Optional<Tensor> maybe) {
        return reading(maybe.stream().toList());
    }

    Access writing(Tensor tensor) {
        return writing(List.of(tensor));
    }

    Access writing(List<Tensor> more) {
        return new Access(reads, both(writes, more));
    }

    Access writing(Optional<Tensor> maybe) {
        return writing(maybe.stream().toList());
    }

    private static List<Tensor> both(List<Tensor> first, List<Tensor> then) {
        List<Tensor> all = new ArrayList<>(first);
        all.addAll(then);
        return all;
    }
}
