package dev.fusedvae.backend.cuda.kernels;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Something to compile: the file of a variant, or what is generated for a phase.
public sealed interface KernelSource {

    /// Says what it is; two sources of one name are the same.
    String name();

    /// The function that is launched.
    String entry();

    /// The variants that take part.
    List<Variant> variants();

    /// An op's file, with its card.
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

    /// A kernel that is no op's.
    ///
    /// @param text what is compiled; includes are found from `kernels/`
    record Written(String name, String entry, String text) implements KernelSource {
        @Override
        public List<Variant> variants() {
            return List.of();
        }
    }

    /// `calls` calls of one variant in a phase.
    ///
    /// @param struct the type of its arguments
    record Body(Variant variant, String struct, int calls) {}

    /// Several calls in one launch: every body is included in a namespace of its own, and every call has a range of
    /// blocks. The argument struct holds the structs of all calls in order, then where the blocks of each end.
    ///
    /// Variants of one op include the same header, which a compiler reads once: the later ones see what it declared in
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

        /// Words of the argument struct that say where the blocks of each call end; even, so that structs stay 8-byte aligned.
        public static int ends(int calls) {
            return calls + calls % 2;
        }

        /// What is compiled.
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
