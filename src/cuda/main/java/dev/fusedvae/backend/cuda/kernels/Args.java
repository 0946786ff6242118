package dev.fusedvae.backend.cuda.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import java.util.TreeSet;

/// A struct of the kernels' headers in memory, filled field by field.
///
/// Fields that are never set are 0; those that the header does not let be left out must be set before [#requireComplete].
public final class Args {
    private final Struct struct;
    private final MemorySegment memory;
    private final Set<String> open = new TreeSet<>();

    /// A new struct with all fields 0.
    public Args(Struct struct, Arena arena) {
        this(struct, arena.allocate(struct.bytes(), 8));
    }

    /// The same in given memory.
    public Args(Struct struct, MemorySegment memory) {
        this.struct = struct;
        this.memory = memory.fill((byte) 0);
        struct.fields().forEach((name, field) -> {
            if (!field.optional() && !name.equals("reserved") && !name.equals("offset")) {
                open.add(name);
            }
        });
    }

    /// Sets a pointer; null has the same effect as not setting it.
    public Args pointer(String field, long address) {
        memory.set(ValueLayout.JAVA_LONG, at(field, Struct.Type.POINTER), address);
        if (address != 0) {
            open.remove(field);
        }
        return this;
    }

    /// Sets a word to the low 32 bits of `value`.
    public Args word(String field, long value) {
        memory.set(ValueLayout.JAVA_INT, at(field, Struct.Type.WORD), (int) value);
        open.remove(field);
        return this;
    }

    public Args real(String field, float value) {
        memory.set(ValueLayout.JAVA_FLOAT, at(field, Struct.Type.REAL), value);
        open.remove(field);
        return this;
    }

    public long pointer(String field) {
        return memory.get(ValueLayout.JAVA_LONG, at(field, Struct.Type.POINTER));
    }

    public int word(String field) {
        return memory.get(ValueLayout.JAVA_INT, at(field, Struct.Type.WORD));
    }

    private int at(String field, Struct.Type type) {
        Struct.Field found = struct.field(field);
        if (found.type() != type) {
            throw new IllegalArgumentException("field " + field + " of " + struct.name() + " is a " + found.type() + " and no " + type);
        }
        return found.offset();
    }

    public Struct struct() {
        return struct;
    }

    /// Its bytes.
    public MemorySegment memory() {
        return memory;
    }

    /// Throws if a field that must be set was not set.
    public void requireComplete() {
        if (!open.isEmpty()) {
            throw new IllegalStateException(struct.name() + " lacks " + open);
        }
    }
}
