package dev.fusedvae.backend.cuda.kernels;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A struct that kernels take as argument or read in memory, as its header declares it: pointers, then words, without padding.
///
/// @param ops    the ops whose kernels take it as their only parameter; empty for a table in device memory
/// @param fields the fields by name, in order
/// @param bytes  the size of the struct
public record Struct(String name, List<String> ops, Map<String, Field> fields, int bytes) {

    /// The type of a field.
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
    /// @param optional whether its comment says `(or null)`, or for a word `(or 0)`: then it need not be set
    public record Field(Type type, int offset, boolean optional) {}

    public Struct {
        ops = List.copyOf(ops);
        fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /// The offset of `field` in bytes.
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
