package dev.fusedvae.backend.cuda.kernels;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A source to compile: the file of a variant, or the generated source of a phase.
public sealed interface KernelSource {

    /// The name of the source; two sources with the same name are equal.
    String name();

    /// The name of the function that is launched.
    String entry();

    /// The variants that the source contains.
    List<Variant> variants();

    /// The file of a variant, with its card.
    record Variant(KernelCard card, Path file) implements KernelSource {
        @Override
        public String name() {
            return card.name();
        }

        @Override
        public String entry() {
            return card.op();
        }

        @Override
        public List<Variant> variants() {
            return List.of(this);
        }
    }

    /// A kernel that does not belong to an op.
    ///
    /// @param text the source; its includes are relative to `kernels/`
    record Written(String name, String entry, String text) implements KernelSource {
        @Override
        public List<Variant> variants() {
            return List.of();
        }
    }

    /// `calls` calls of one variant in a phase.
    ///
    /// @param struct the type of the variant's arguments
    record Body(Variant variant, String struct, int calls) {}

    /// Several calls in one launch. Every body is included in a namespace of its own, and every call has a range of blocks. The
    /// argument struct has the structs of all calls in order, then the end of each call's range of blocks.
    ///
    /// Variants of the same op include the same header, which a compiler reads only once; so the later variants use the declarations in
    /// the namespace of the first.
    record Phase(List<Body> bodies) implements KernelSource {
        private static final String ENTRY = "phase";

        public Phase {
            bodies = List.copyOf(bodies);
        }

        @Override
        public String name() {
            return "phase " + bodies.stream().map(p -> (p.calls() > 1 ? p.calls() + "x" : "") + p.variant().name()).collect(Collectors.joining("+"));
        }

        @Override
        public String entry() {
            return ENTRY;
        }

        @Override
        public List<Variant> variants() {
            return bodies.stream().map(Body::variant).toList();
        }

        int calls() {
            return bodies.stream().mapToInt(Body::calls).sum();
        }

        /// The number of words for the ends of the calls' ranges of blocks; even, so that the struct needs no padding at its end.
        public static int ends(int calls) {
            return calls + calls % 2;
        }

        /// The text of the source.
        public String text() {
            List<String> lines = new ArrayList<>(List.of("// " + name(), "#include \"common/phase.cuh\""));
            StringBuilder fields = new StringBuilder();
            StringBuilder branches = new StringBuilder();
            String memory = "0";
            int first = 0;
            for (int i = 0; i < bodies.size(); i++) {
                Body body = bodies.get(i);
                String op = body.variant().entry();
                lines.add("namespace part" + i + " {");
                for (int before = 0; before < i; before++) {
                    if (bodies.get(before).variant().entry().equals(op)) {
                        lines.add("using namespace part" + before + ";");
                    }
                }
                lines.addAll(List.of("#include \"" + body.variant().name() + ".cu\"", "}"));
                fields.append("    %s calls%d[%d];%n".formatted(body.struct(), i, body.calls()));
                memory = "most(part%d::%s_smem, %s)".formatted(i, op, memory);
                branches.append("    %sif (at.call < %d) {%n        part%d::%s_part(args.calls%3$d[at.call - %5$d], at.block, smem);%n    }%n"
                        .formatted(i == 0 ? "" : "else ", first + body.calls(), i, op, first));
                first += body.calls();
            }
            lines.add("struct PhaseArgs {\n" + fields + "    uint32_t ends[" + ends(first) + "];\n};");
            lines.add("ENTRY(" + ENTRY + ", PhaseArgs, " + memory + ") {\n    const PhaseBlock at = phase_block(args.ends, block);\n" + branches + "}\n");
            return String.join("\n", lines);
        }
    }
}
