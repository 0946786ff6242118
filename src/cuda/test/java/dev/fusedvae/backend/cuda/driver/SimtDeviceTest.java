package dev.fusedvae.backend.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.fusedvae.Child;
import dev.fusedvae.backend.cuda.Simt;
import dev.fusedvae.backend.cuda.kernels.ToolCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Builds the SIMT device in `target/` and runs its own tests, `kernels/simt/tests`. It must report all planted faults, and under
/// AddressSanitizer and UBSan with the right line.
class SimtDeviceTest {

    private static final Path SIMT = Path.of("kernels", "simt").toAbsolutePath();
    private static final Path MODULE_SOURCE = SIMT.resolve("tests/kernels.cu");

    /// Cases whose fault a sanitizer reports first, with the kernel line that it must name.
    private static final Map<String, String> PLANTED = Map.of(
        "sharedOverrun_isReported", "tile[threadIdx.x + args.n]",
        "globalOverrun_isReported", "args.y[i] = 1.0f",
        "guardInsideAnArena_isWatched", "args.y[i] = 1.0f",
        "globalOverread_givesNaN", "args.x[int(threadIdx.x) + args.n]",
        "kernelWritingToAFreedBuffer_isReported", "args.y[i] = 2.0f",
        "workLeftToTheModulesEnd_isCheckedToo", "args.y[i] = 2.0f");

    @Tag("simt")
    @TestFactory
    Stream<DynamicTest> device_keepsItsPromises() throws Exception {
        Device device = Device.build("simt", Simt.ENVIRONMENT);
        return device.cases().stream().map(name -> dynamicTest(name, () -> {
            Run run = device.run(name);
            assertEquals(0, run.status(), run.output());
        }));
    }

    @Tag("simt")
    @Test
    void build_isIncremental() throws Exception {
        Device device = Device.build("simt", Simt.ENVIRONMENT);
        Path library = device.folder().resolve("libcuda.so.1");
        var before = Files.getLastModifiedTime(library);
        Device.build("simt", Simt.ENVIRONMENT);
        assertEquals(before, Files.getLastModifiedTime(library), "a second build leaves what is up to date alone");
    }

    @Tag("sanitize")
    @Test
    void device_isCleanUnderSanitizers_andPlantedFaultsAreNamedByLine() throws Exception {
        Device device = Device.build("simt-sanitize", Simt.SANITIZED);
        List<String> sound = new ArrayList<>(device.cases());
        sound.removeAll(PLANTED.keySet());
        Run run = device.run(sound.toArray(String[]::new));
        assertEquals(0, run.status(), run.output());
        List<String> source = Files.readAllLines(MODULE_SOURCE);
        for (var planted : PLANTED.entrySet()) {
            Run fault = device.run(planted.getKey());
            int line = 1 + source.indexOf(source.stream().filter(l -> l.contains(planted.getValue())).findFirst().orElseThrow());
            assertTrue(fault.status() != 0, planted.getKey() + " should end the process");
            assertTrue(fault.output().contains("kernels.cu:" + line), planted.getKey() + " should name line " + line + ": " + fault.output());
        }
    }

    /// Cases whose kernel has a race that the case itself does not test.
    private static final Map<String, String> RACING = Map.of(
        "missingBarrier_readsNaN", "part[255 - threadIdx.x]",
        "halfWrittenWhileItIsRead_showsInTheSchedule", "written since, with n = 1",
        "sharedOverrun_isReported", "before[lane_id()] = 0.0f",       // every warp writes the same
        "hazardBetweenBlocks_showsInTheSchedule", "args.y[next] + 1.0f");

    @Tag("sanitize")
    @Test
    void device_namesARaceByItsLines_andNothingThatIsNone() throws Exception {
        Map<String, String> environment = new HashMap<>(Simt.ENVIRONMENT);
        environment.put(ToolCompiler.SIMT_RACES, "1");
        // a checkout whose path has a blank and a quote, since the path is part of the command that finds the lines
        Path copy = Path.of("target", "simt-races", "a user's own", "tests", "kernels.cu").toAbsolutePath();
        Files.createDirectories(copy.getParent());
        Files.copy(MODULE_SOURCE, copy, StandardCopyOption.REPLACE_EXISTING);
        Device device = Device.build("simt-races", environment, copy);
        List<String> sound = new ArrayList<>(device.cases());
        sound.removeAll(RACING.keySet());
        Run run = device.run(sound.toArray(String[]::new));
        assertEquals(0, run.status(), run.output());
        assertFalse(run.output().contains("a race"), run.output());
        List<String> source = Files.readAllLines(MODULE_SOURCE);
        for (var racing : RACING.entrySet()) {
            String output = device.run(racing.getKey()).output();
            int line = 1 + source.indexOf(source.stream().filter(l -> l.contains(racing.getValue())).findFirst().orElseThrow());
            assertTrue(output.contains(": a race: thread ") && output.contains(" at tests/kernels.cu:" + line), output);
        }
    }

    /// The stand-in driver, the test module and the test program of one set of compiler options.
    ///
    /// @param module the folder of the test module
    private record Device(Path folder, Path module, Map<String, String> environment) {

        static Device build(String folder, Map<String, String> environment) throws Exception {
            return build(folder, environment, MODULE_SOURCE);
        }

        /// If the source is a copy, the module is built in the same folder.
        static Device build(String folder, Map<String, String> environment, Path source) throws Exception {
            assumeCompiler();
            Path out = Path.of("target", folder).toAbsolutePath();
            Path module = source.equals(MODULE_SOURCE) ? out : source.getParent();
            Simt.copyDevice(environment, out);
            String script = SIMT.resolve("build.sh").toString();
            for (List<String> command : List.of(
                    List.of(script, "driver", out.toString()),
                    List.of(script, "module", module.toString(), source.toString()),
                    List.of(script, "program", out.toString(), SIMT.resolve("tests/device_test.cpp").toString()))) {
                Run run = Run.of(command, environment);
                assertEquals(0, run.status(), run.output());
            }
            return new Device(out, module, environment);
        }

        List<String> cases() throws Exception {
            Run run = Run.of(List.of(program(), "--list"), environment);
            assertEquals(0, run.status(), run.output());
            List<String> names = run.output().lines().toList();
            assertTrue(names.size() >= 20 && names.containsAll(PLANTED.keySet()), run.output());
            return names;
        }

        Run run(String... cases) throws Exception {
            List<String> command = new ArrayList<>(List.of(program(), module.resolve("kernels.so").toString()));
            command.addAll(List.of(cases));
            return Run.of(command, environment);
        }

        private String program() {
            return folder.resolve("device_test").toString();
        }

        private static void assumeCompiler() throws InterruptedException {
            String reason = "skipped: no g++ here, and the SIMT device is built with it";
            boolean found;
            try {
                found = Run.of(List.of("g++", "--version"), Map.of()).status() == 0;
            } catch (IOException e) {
                found = false;
            }
            if (!found) {
                System.out.println(reason);
            }
            assumeTrue(found, reason);
        }
    }

    private record Run(int status, String output) {

        static Run of(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            builder.environment().put("ASAN_OPTIONS", "detect_leaks=0"); // read only if it was built with the sanitizer
            Process process = Child.limited(builder.start());
            String output = new String(process.getInputStream().readAllBytes());
            return new Run(process.waitFor(), output);
        }
    }
}
