package dev.fusedvae.backend.cuda.kernels;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A struct that kernels take or read, as its header declares it: pointers, then words, without padding.
///
/// @param ops    the ops whose kernels take it as their only parameter; none for tables in device memory
/// @param fields by name, in order
/// @param bytes  its size
public record Struct(String name, List<String> ops, Map<String, Field> fields, int bytes) {

    /// What a field holds.
    public enum Type {
        POINTER(8), WORD(4), REAL(4);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        int bytes() {
            return bytes;
        }
    }

    /// A field.
    ///
    /// @param optional whether its comment says `(or null)`, of a word `(or 0)`: it may then be left out
    public record Field(Type type, int offset, boolean optional) {}

    public Struct {
        ops = List.copyOf(ops);
        fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /// The byte at which `field` starts.
    ///
    /// @throws IllegalArgumentException if there is no such field
    public int offset(String field) {
        return field(field).offset();
    }

    Field field(String field) {
        Field found = fields.get(field);
        if (found == null) {
            throw new IllegalArgumentException(name + " has no field " + field + "; it has " + String.join(", ", fields.keySet()));
        }
        return found;
    }

    /// Whether there is such a field.
    public boolean has(String field) {
        return fields.containsKey(field);
    }
}
