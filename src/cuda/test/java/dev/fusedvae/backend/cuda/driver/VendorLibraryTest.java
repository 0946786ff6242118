package dev.fusedvae.backend.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fusedvae.Child;
import dev.fusedvae.backend.cuda.Simt;
import dev.fusedvae.backend.cuda.VendorProbe;
import dev.fusedvae.backend.cuda.VendorTest;
import dev.fusedvae.backend.cuda.kernels.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// JCuda's bindings load with the versions of the libraries that are installed; each case runs in a process of its own.
@Tag("simt")
class VendorLibraryTest {
    private static final Path BUILT = Path.of("target", "simt").toAbsolutePath();

    @TempDir
    Path temporary;

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        assumeTrue(Tool.find("g++", Simt.ENVIRONMENT).isPresent(), "skipped: the stand-ins need g++");
        assumeTrue(VendorLibraryTest.class.getResource("/lib/libJCublas2-12.6.0-linux-x86_64.so") != null, "skipped: no natives of jcublas here");
        Simt.copyDevice(Simt.ENVIRONMENT, BUILT);
        Tool shell = Tool.find("sh", Simt.ENVIRONMENT).orElseThrow();
        String script = Path.of("kernels", "simt", "build.sh").toString();
        for (List<String> arguments : List.of(List.of(script, "driver", BUILT.toString()), List.of(script, "vendor", BUILT.toString()),
                List.of(script, "vendor", BUILT.toString(), "13"))) {
            Tool.Result result = shell.run(arguments);
            assertTrue(result.ok(), result.output());
        }
    }

    private String probe(String what, String... libraries) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=" + temporary, "-cp", System.getProperty("java.class.path"),
                VendorProbe.class.getName(), what));
        List.of(libraries).forEach(name -> command.add(BUILT.resolve(name).toString()));
        Process process = Child.limited(new ProcessBuilder(command).redirectErrorStream(true).start());
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        process.waitFor();
        return output;
    }

    private ElfLibrary extracted(String name) throws IOException {
        return new ElfLibrary(Files.readAllBytes(temporary.resolve("lib" + name + "-12.6.0-linux-x86_64.so")));
    }

    @Test
    void jcublas_loadsBesideCuda12AsItIs_andBesideCuda13Renamed_inAnyOrder() throws IOException, InterruptedException {
        for (String version : List.of("13", "12", "13")) {
            String found = probe("cublas", "libcuda.so.1", "libcublas.so." + version);
            assumeFalse(version.equals("13") && found.startsWith("libcublas.so.12"), "skipped: this machine has cuBLAS 12, which goes first");
            assertEquals("libcublas.so." + version + ", cublasCreate gave 0", found);
            assertTrue(extracted("JCublas2").needed().contains("libcublas.so." + version));
            assertEquals(List.of("libcublas.so." + version), extracted("JCublas2").versions().get("libcublas.so." + version));
        }
    }

    @Test
    void missingLibrary_isOneSentenceWithTheRemedy() throws IOException, InterruptedException {
        String message = probe("cublas");
        boolean here = !message.startsWith("refused");
        if (here) {
            System.out.println("skipped: this machine has cuBLAS: " + message);
        }
        assumeFalse(here, "skipped: this machine has cuBLAS");
        assertEquals("refused: vendor gemm needs cuBLAS, and the loader finds no libcublas.so.12 or libcublas.so.13;"
                + " install the CUDA toolkit, add the library's folder to LD_LIBRARY_PATH, or leave gemm out", message);
    }

    @Test
    void standInForCurand_hasTheKnownAnswers() throws IOException, InterruptedException {
        List<String> lines = probe("curand", "libcuda.so.1", "libcurand.so.10").lines().toList();
        assertEquals(500, lines.size(), lines.toString());
        assertEquals(List.of("2090b348", "da7cf0ab", "4401906f", "cbca470e", "d115a128", "52fc7c75"),
                lines.stream().limit(6).map(l -> l.split(" ")[2]).toList());
        double[] known = {-1.6164905, 1.2291554, -1.5605404, 0.4646214};
        for (int i = 0; i < 4; i++) {
            assertEquals(known[i], Double.parseDouble(lines.get(i).split(" ")[3]), 1e-6);
        }
        for (String line : lines) {
            String[] parts = line.split(" ");
            long seed = Long.parseLong(parts[0]);
            long at = Long.parseLong(parts[1]);
            assertEquals(Long.toHexString(VendorTest.word(seed, at)), parts[2], line);
            assertEquals(VendorTest.normal(seed, at), Double.parseDouble(parts[3]), 2e-6, line);
        }
    }

    /// If NVIDIA's library is installed, the stand-in is compared with its host generator.
    @Test
    void standInForCurand_equalsTheRealHostGenerator() throws IOException, InterruptedException {
        String real = probe("curand");
        boolean missing = real.startsWith("refused");
        if (missing) {
            System.out.println("skipped: no libcurand.so.10 on the loader's path to compare with");
        }
        assumeFalse(missing, "skipped: no libcurand.so.10 on the loader's path to compare with");
        List<String> expected = real.lines().toList();
        List<String> actual = probe("curand", "libcuda.so.1", "libcurand.so.10").lines().toList();
        assertEquals(500, expected.size(), real);
        for (int i = 0; i < 500; i++) {
            String[] there = expected.get(i).split(" ");
            String[] here = actual.get(i).split(" ");
            assertEquals(there[2], here[2], expected.get(i));
            assertEquals(Double.parseDouble(there[3]), Double.parseDouble(here[3]), 5e-6, expected.get(i));
        }
        assertFalse(expected.stream().allMatch(l -> l.split(" ")[2].equals("0")));
    }
}
