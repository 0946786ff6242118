package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Child;
import dev.fusedvae.backend.cuda.kernels.ToolCompiler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real kernels under AddressSanitizer and UBSan, launched by the very JVM, JCuda and arguments of a training: stand-in
/// and modules are built with the sanitizers, whose runtime is loaded before the JVM.
@Tag("sanitize")
class SanitizedKernelsTest {
    private static final String SHAPE = "9of12x35-21-5-11-35";

    @BeforeAll
    static void assumeSanitizer() throws Exception {
        Assumptions.assumeTrue(Mutant.possible() && Files.isRegularFile(Path.of(runtime())),
                "skipped: needs g++ with libasan on linux on x86-64");
    }

    private static String runtime() throws Exception {
        Process process = Child.limited(new ProcessBuilder("g++", "-print-file-name=libasan.so").start());
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private static Mutant.Ended verify(Path kernels, String... arguments) throws Exception {
        return Mutant.verify(kernels, Map.of(
                ToolCompiler.SIMT_FLAGS, Simt.SANITIZED.get(ToolCompiler.SIMT_FLAGS),
                "LD_PRELOAD", runtime(),
                // the JVM handles its own SIGSEGV, and leaves memory behind when it ends
                "ASAN_OPTIONS", "detect_leaks=0:handle_segv=0"), List.of(arguments));
    }

    @Test
    void everyKernel_isCleanAtAwkwardSizes() throws Exception {
        Mutant.Ended ended = verify(Path.of("kernels").toAbsolutePath(), "--shape", SHAPE + "/gaussian-scalar/clip",
                "--shape", "33x70-65-3-64-70/gaussian-feature/gelu/dynamic/bytes16", "--shape", SHAPE + "/cd2", "--shape", "33x65-35-65/pcd1");
        assertEquals(0, ended.code(), ended.out() + ended.err());
    }

    @Test
    void outOfBoundsIndex_isNamedByItsLine(@TempDir Path folder) throws Exception {
        Mutant overread = new Mutant("linear/body.cuh", "k < args.k; k++", "k <= args.k; k++", "linear", SHAPE);
        Path kernels = overread.plant(folder.resolve("kernels"));
        Mutant.Ended ended = verify(kernels, overread.op(), "--shape", overread.shape());
        int line = Mutant.line(kernels.resolve(overread.file()), "sum = fma_rn(x[k], w[k], sum);");
        assertTrue(ended.code() != 0, "the sanitizer ends the process");
        assertTrue(ended.err().contains("ERROR: AddressSanitizer"), ended.err());
        assertTrue(Pattern.compile("linear/body\\.cuh:" + line + "\\b").matcher(ended.err()).find(), "line " + line + ": " + ended.err());
    }
}
