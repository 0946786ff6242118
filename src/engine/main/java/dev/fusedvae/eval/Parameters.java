package dev.fusedvae.eval;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.graph.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Values of tensors by the names that a graph gives them, logical and row-major; immutable.
public final class Parameters {
    private final Map<String, float[]> values;

    /// Copies `values` and keeps their order.
    public Parameters(Map<String, float[]> values) {
        Map<String, float[]> copies = new LinkedHashMap<>();
        values.forEach((name, v) -> copies.put(name, v.clone()));
        this.values = Collections.unmodifiableMap(copies);
    }

    /// The values that `executable` holds now.
    public static Parameters read(Executable executable, List<Tensor> tensors) {
        Map<String, float[]> values = new LinkedHashMap<>();
        tensors.forEach(t -> values.put(t.name(), executable.read(t)));
        return new Parameters(values);
    }

    /// Gives `executable` the values of `tensors`.
    public void write(Executable executable, List<Tensor> tensors) {
        tensors.forEach(t -> executable.write(t, array(t.name())));
    }

    /// The names, in order.
    public Set<String> names() {
        return values.keySet();
    }

    /// A copy of the values called `name`.
    public float[] values(String name) {
        return array(name).clone();
    }

    /// Number of values, all names together.
    public long count() {
        return values.values().stream().mapToLong(v -> v.length).sum();
    }

    private float[] array(String name) {
        float[] found = values.get(name);
        if (found == null) {
            throw new IllegalArgumentException("there are no values called " + name + ", only " + values.keySet());
        }
        return found;
    }

    /// Equal names in the same order, and equal bits.
    @Override
    public boolean equals(Object other) {
        return other instanceof Parameters that
                && List.copyOf(values.keySet()).equals(List.copyOf(that.values.keySet()))
                && values.entrySet().stream().allMatch(e -> Arrays.equals(e.getValue(), that.values.get(e.getKey())));
    }

    @Override
    public int hashCode() {
        int hash = 0;
        for (Map.Entry<String, float[]> e : values.entrySet()) {
            hash = 31 * hash + e.getKey().hashCode() ^ Arrays.hashCode(e.getValue());
        }
        return hash;
    }

    @Override
    public String toString() {
        return count() + " values in " + values.keySet();
    }
}
