package dev.fusedvae.backend.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.cuda.lowering.Dimensions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The argument structs of Java and those of kernels/common/args.cuh and what it includes.
class ArgsTest {

    @Test
    @Tag("simt")
    void everyField_liesWhereTheCompilerPutsIt(@TempDir Path folder) throws IOException {
        Optional<Tool> compiler = Tool.find("g++", System.getenv());
        Assumptions.assumeTrue(compiler.isPresent(), "skipped: comparing the argument structs needs g++");
        StringBuilder program = new StringBuilder("#include \"common/args.cuh\"\n#include <cstddef>\n#include <cstdio>\nint main() {\n");
        List<String> expected = new ArrayList<>();
        for (Args.Type type : Args.all()) {
            program.append("printf(\"%s %zu\\n\", \"").append(type.struct()).append("\", sizeof(").append(type.struct()).append("));\n");
            expected.add(type.struct() + " " + type.layout().byteSize());
            for (String field : type.fields()) {
                String there = type == Args.STEP_RECORD && field.equals("step") ? "step_lo" : field;
                program.append("printf(\"  %s %zu\\n\", \"").append(field).append("\", offsetof(").append(type.struct()).append(", ").append(there).append("));\n");
                expected.add("  " + field + " " + type.offset(field));
            }
        }
        Path source = Files.writeString(folder.resolve("layout.cpp"), program.append("}\n"));
        Path binary = folder.resolve("layout");
        Tool.Result built = compiler.get().run(List.of("-std=c++20", "-DFVAE_SIMT", "-I" + KernelFolder.find(KernelCache.of(System.getenv())).root(), "-o", binary.toString(), source.toString()));
        assertTrue(built.ok(), built::output);
        assertEquals(String.join("\n", expected), new Tool(binary).run(List.of()).output().strip());
    }

    @Test
    void everyStructOfTheHeader_hasItsTwin() throws IOException {
        Path common = KernelFolder.find(KernelCache.of(System.getenv())).root().resolve("common");
        Pattern struct = Pattern.compile("^struct (\\w+)", Pattern.MULTILINE);
        String first = Files.readString(common.resolve("args.cuh"));
        List<String> there = new ArrayList<>(struct.matcher(first).results().map(m -> m.group(1)).toList());
        try (Stream<Path> headers = Files.list(common)) {
            for (Path header : headers.filter(f -> f.getFileName().toString().endsWith("_args.cuh")).toList()) {
                assertTrue(first.contains("#include \"" + header.getFileName() + "\""), header + " is not included by args.cuh");
                struct.matcher(Files.readString(header)).results().forEach(m -> there.add(m.group(1)));
            }
        }
        assertEquals(there.stream().sorted().toList(), Args.all().stream().map(Args.Type::struct).sorted().toList());
    }

    @Test
    void chunkOfAnUpdate_isTheHeaders() throws IOException {
        String header = Files.readString(KernelFolder.find(KernelCache.of(System.getenv())).root().resolve("common/args.cuh"));
        assertTrue(header.contains(" UPDATE_CHUNK = " + Dimensions.UPDATE_CHUNK + ";"));
    }

    @Test
    void wordLeftOut_isRefused() {
        try (Arena arena = Arena.ofConfined()) {
            Args args = new Args(Args.NORM_RANGE, arena);
            assertEquals("NormRange lacks [count]", assertThrows(IllegalStateException.class, args::requireComplete).getMessage());
            args.word("count", 3).requireComplete();
        }
    }
}
