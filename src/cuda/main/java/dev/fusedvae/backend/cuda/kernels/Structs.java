package dev.fusedvae.backend.cuda.kernels;

import dev.fusedvae.run.BackendUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The structs of `kernels/common/args.cuh` and of the headers `*_args.cuh` that it includes, parsed from their text, so that only
/// the headers define the arguments of kernels.
///
/// This does not parse C++ in general, only the form of these headers: one field per line, `type name;` or `type* name;`, pointers
/// before words, words of 32 bits. The comment directly above a struct starts with the ops whose kernels take it, `// add` or
/// `// update, multi_tensor_update: what it is`. The comment after a field may continue in the lines below; `(or null` in the comment of
/// a pointer and `(or 0` in that of a word mean that the field need not be set. Anything else inside a struct is an error with file
/// and line.
public final class Structs {
    private static final String FIRST = "common/args.cuh";
    private static final Pattern INCLUDE = Pattern.compile("#include \"(\\w+_args\\.cuh)\"");
    private static final Pattern OPS = Pattern.compile("// ([a-z0-9_]+(?:, [a-z0-9_]+)*)(?::.*)?");
    private static final Pattern STRUCT = Pattern.compile("struct (\\w+) \\{");
    private static final Pattern FIELD = Pattern.compile("(?:const )?(\\w+)(\\*?) (\\w+);\\s*(//.*)?");

    private final Map<String, Struct> byName = new LinkedHashMap<>();
    private final Map<String, Struct> byOp = new LinkedHashMap<>();

    private Structs() {}

    /// The structs of the headers in `folder`.
    ///
    /// @throws BackendUnavailableException with file and line, if a header has another form
    public static Structs of(KernelFolder folder) {
        Structs all = new Structs();
        String text = all.add(folder.root().resolve(FIRST));
        INCLUDE.matcher(text).results().forEach(include -> all.add(folder.root().resolve("common").resolve(include.group(1))));
        return all;
    }

    /// The structs of one header.
    ///
    /// @throws BackendUnavailableException with file and line, if it has another form
    public static Structs in(KernelFolder folder, String header) {
        Structs all = new Structs();
        all.add(folder.root().resolve(header));
        return all;
    }

    private String add(Path header) {
        try {
            String text = Files.readString(header);
            new Reader(header, text.lines().map(String::strip).toList()).run();
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + header, e);
        }
    }

    /// The lines of one header, stripped.
    private final class Reader {
        private final Path header;
        private final List<String> lines;
        private int at;

        Reader(Path header, List<String> lines) {
            this.header = header;
            this.lines = lines;
        }

        void run() {
            for (int comment = 0; at < lines.size(); at++) {
                Matcher struct = STRUCT.matcher(lines.get(at));
                if (struct.matches()) {
                    add(struct.group(1), comment < at ? ops(lines.get(comment)) : List.of());
                }
                if (!lines.get(at).startsWith("//")) {
                    comment = at + 1;
                }
            }
        }

        private List<String> ops(String comment) {
            Matcher ops = OPS.matcher(comment);
            return ops.matches() ? List.of(ops.group(1).split(", ")) : List.of();
        }

        private void add(String name, List<String> ops) {
            Map<String, Struct.Field> fields = new LinkedHashMap<>();
            int bytes = 0;
            for (next(name); !lines.get(at).equals("};"); next(name)) {
                Matcher field = FIELD.matcher(lines.get(at));
                if (!field.matches()) {
                    throw refused("is not a field of " + name + "; write 'float* name;', 'uint32_t name;' or 'float name;', one per line");
                }
                Struct.Type type = type(field.group(1), !field.group(2).isEmpty());
                if (bytes % type.bytes() != 0) {
                    throw refused("is a pointer that would need padding; " + name + " must have its pointers first");
                }
                String comment = comment(field.group(4) == null ? "" : field.group(4));
                boolean optional = comment.contains(type == Struct.Type.POINTER ? "(or null" : "(or 0");
                if (fields.putIfAbsent(field.group(3), new Struct.Field(type, bytes, optional)) != null) {
                    throw refused("is the second field " + field.group(3) + " of " + name);
                }
                bytes += type.bytes();
            }
            if (bytes % 8 != 0) {
                throw refused("ends " + name + " with an odd number of words; add 'uint32_t reserved;'");
            }
            put(new Struct(name, ops, fields, bytes));
        }

        private void next(String struct) {
            if (at + 1 == lines.size()) {
                throw refused("is the last line, and " + struct + " has no end");
            }
            at++;
        }

        private Struct.Type type(String type, boolean pointer) {
            return pointer ? Struct.Type.POINTER : switch (type) {
                case "uint32_t" -> Struct.Type.WORD;
                case "float" -> Struct.Type.REAL;
                default -> throw refused("has the type " + type + "; fields are pointers, uint32_t or float");
            };
        }

        /// The comment after the field of this line, continued in the following lines that are only comment.
        private String comment(String first) {
            StringBuilder all = new StringBuilder(first);
            while (at + 1 < lines.size() && lines.get(at + 1).startsWith("//")) {
                all.append(' ').append(lines.get(++at));
            }
            return all.toString();
        }

        private void put(Struct struct) {
            byName.put(struct.name(), struct);
            for (String op : struct.ops()) {
                if (byOp.put(op, struct) != null) {
                    throw refused("ends the second struct of " + op);
                }
            }
        }

        private BackendUnavailableException refused(String what) {
            return new BackendUnavailableException("%s:%d: '%s' %s".formatted(header, at + 1, lines.get(at), what));
        }
    }

    /// All structs, in the order of the headers.
    public Collection<Struct> all() {
        return byName.values();
    }

    /// @throws IllegalArgumentException if the headers declare no such struct
    public Struct named(String name) {
        Struct struct = byName.get(name);
        if (struct == null) {
            throw new IllegalArgumentException("the headers of the kernels declare no struct " + name);
        }
        return struct;
    }

    /// The struct that the kernels of `op` take.
    ///
    /// @throws BackendUnavailableException if no comment above a struct names the op
    public Struct of(String op) {
        Struct struct = byOp.get(op);
        if (struct == null) {
            throw new BackendUnavailableException("no struct of common/args.cuh is that of " + op + "; name the op in the comment above its struct");
        }
        return struct;
    }

    /// Checks that the parameter of a compiled kernel has the size of the struct of its op, or of the structs of a phase's calls;
    /// kernels that belong to no op are not checked.
    ///
    /// @throws BackendUnavailableException if the sizes differ
    public void check(KernelSource source, Cubin compiled) {
        switch (source) {
            case KernelSource.Variant variant -> {
                Struct struct = of(variant.entry());
                require(source, compiled, struct.bytes(), "its op gives one " + struct.name() + "; make it take `const " + struct.name() + "` of common/args.cuh");
            }
            case KernelSource.Phase phase -> require(source, compiled, phase.bodies().stream().mapToLong(p -> (long) p.calls() * of(p.variant().entry()).bytes()).sum()
                    + 4L * KernelSource.Phase.ends(phase.calls()), "its " + phase.calls() + " calls give one struct; its parts must take the structs of common/args.cuh");
            case KernelSource.Written other -> { }
        }
    }

    private static void require(KernelSource source, Cubin compiled, long bytes, String remedy) {
        if (!compiled.parameters().equals(List.of(new Cubin.Parameter(0, 0, Math.toIntExact(bytes))))) {
            throw new BackendUnavailableException("kernel " + source.name() + " takes " + compiled.parameters() + " where " + bytes + " bytes are due: " + remedy);
        }
    }
}
