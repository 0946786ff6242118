package dev.fusedvae.backend.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.fuse.Kind;
import dev.fusedvae.run.BackendUnavailableException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The parsing of the structs in kernels/common/args.cuh and in the headers that it includes.
class StructsTest {

    @Test
    @Tag("simt")
    void everyField_liesWhereTheCompilerPutsIt(@TempDir Path folder) throws IOException {
        Optional<Tool> compiler = Tool.find("g++", System.getenv());
        Assumptions.assumeTrue(compiler.isPresent(), "skipped: comparing the argument structs needs g++");
        StringBuilder program = new StringBuilder("#include \"common/args.cuh\"\n#include \"common/roofs.cuh\"\n#include <cstddef>\n#include <cstdio>\nint main() {\n");
        List<String> expected = new ArrayList<>();
        for (Struct struct : Stream.concat(Kernels.STRUCTS.all().stream(), Structs.in(Kernels.TREE, "common/roofs.cuh").all().stream()).toList()) {
            program.append("printf(\"%s %zu\\n\", \"").append(struct.name()).append("\", sizeof(").append(struct.name()).append("));\n");
            expected.add(struct.name() + " " + struct.bytes());
            for (Map.Entry<String, Struct.Field> field : struct.fields().entrySet()) {
                program.append("printf(\"  %s %zu\\n\", \"").append(field.getKey()).append("\", offsetof(").append(struct.name()).append(", ").append(field.getKey()).append("));\n");
                expected.add("  " + field.getKey() + " " + field.getValue().offset());
            }
        }
        Path source = Files.writeString(folder.resolve("layout.cpp"), program.append("}\n"));
        Path binary = folder.resolve("layout");
        Tool.Result built = compiler.get().run(List.of("-std=c++20", "-DFVAE_SIMT", "-I" + Kernels.TREE.root(), "-o", binary.toString(), source.toString()));
        assertTrue(built.ok(), built::output);
        assertEquals(String.join("\n", expected), new Tool(binary).run(List.of()).output().strip());
        assertTrue(expected.size() > 400, expected.size() + " lines");
    }

    @Test
    void everyKind_hasItsStruct() {
        assertEquals(Arrays.stream(Kind.values()).map(Kind::label).sorted().toList(),
                Kernels.STRUCTS.all().stream().flatMap(s -> s.ops().stream()).sorted().toList());
        assertEquals("AddArgs", Kernels.STRUCTS.of("add").name());
    }

    @Test
    void everyHeaderOfArguments_isIncluded() throws IOException {
        String first = Files.readString(Kernels.TREE.root().resolve("common/args.cuh"));
        try (Stream<Path> headers = Files.list(Kernels.TREE.root().resolve("common"))) {
            List<Path> others = headers.filter(f -> f.getFileName().toString().endsWith("_args.cuh")).toList();
            assertFalse(others.isEmpty());
            others.forEach(h -> assertTrue(first.contains("#include \"" + h.getFileName() + "\""), h + " is not included by args.cuh"));
        }
    }

    @Test
    void fieldsThatMayBeLeftOut_areThoseWhoseCommentsSaySo() {
        Struct forward = Kernels.STRUCTS.named("LatentForwardArgs");
        assertTrue(forward.field("data").optional());
        assertTrue(forward.field("byte_law").optional());
        assertFalse(forward.field("heads_w").optional());
        assertFalse(forward.field("heads_n").optional());
        assertTrue(Kernels.STRUCTS.named("GatherArgs").field("mean").optional());
        assertFalse(Kernels.STRUCTS.named("GatherArgs").field("in_order").optional(), "two lines of comment that say nothing of it");
    }

    @Test
    void fieldsLeftOut_areRefused() {
        try (Arena arena = Arena.ofConfined()) {
            Args args = new Args(Kernels.STRUCTS.named("NormRange"), arena);
            assertEquals("NormRange lacks [count, norms]", assertThrows(IllegalStateException.class, args::requireComplete).getMessage());
            args.word("count", 3).pointer("norms", 0);
            assertEquals("NormRange lacks [norms]", assertThrows(IllegalStateException.class, args::requireComplete).getMessage());
            args.pointer("norms", 64).requireComplete();
            assertEquals(3, args.word("count"));
            assertEquals(64, args.pointer("norms"));
            assertEquals("NormRange has no field sum; it has norms, count, reserved",
                    assertThrows(IllegalArgumentException.class, () -> args.word("sum", 1)).getMessage());
            assertEquals("field norms of NormRange is a POINTER and no WORD",
                    assertThrows(IllegalArgumentException.class, () -> args.word("norms", 1)).getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            uint32_t a, b;           | 2: 'uint32_t a, b;' is not a field of MineArgs; write 'float* name;', 'uint32_t name;' or 'float name;', one per line
            uint64_t a;              | 2: 'uint64_t a;' has the type uint64_t; fields are pointers, uint32_t or float
            uint32_t a;              | 3: '};' ends MineArgs with an odd number of words; add 'uint32_t reserved;'
            uint32_t a;/float* x;    | 3: 'float* x;' is a pointer that would need padding; MineArgs must have its pointers first
            float a;/uint32_t a;     | 3: 'uint32_t a;' is the second field a of MineArgs
            """)
    void otherForms_areRefusedWithTheirLine(String fields, String refusal, @TempDir Path folder) throws IOException {
        Path header = Files.createDirectories(folder.resolve("common")).resolve("args.cuh");
        Files.writeString(header, "struct MineArgs {\n" + fields.replace("/", "\n") + "\n};\n");
        BackendUnavailableException refused = assertThrows(BackendUnavailableException.class, () -> Structs.of(new KernelFolder(folder)));
        assertEquals(header + ":" + refusal, refused.getMessage());
    }

    @Test
    void twoStructsOfOneOp_andAStructWithoutEnd_areRefused(@TempDir Path folder) throws IOException {
        Path header = Files.createDirectories(folder.resolve("common")).resolve("args.cuh");
        String mine = "// mine\nstruct MineArgs {\n    float* x;\n};\n";
        Files.writeString(header, mine + mine);
        assertEquals(header + ":8: '};' ends the second struct of mine",
                assertThrows(BackendUnavailableException.class, () -> Structs.of(new KernelFolder(folder))).getMessage());
        Files.writeString(header, "struct MineArgs {\n    float* x;");
        assertEquals(header + ":2: 'float* x;' is the last line, and MineArgs has no end",
                assertThrows(BackendUnavailableException.class, () -> Structs.of(new KernelFolder(folder))).getMessage());
    }
}
