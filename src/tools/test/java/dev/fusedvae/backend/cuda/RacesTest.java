package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.cuda.kernels.ToolCompiler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The real kernels with every load and store reported to the device, which knows what CUDA's memory model orders: barriers
/// within a block, warp_sync within a warp, nothing between the blocks of a launch.
@Tag("sanitize")
class RacesTest {
    private static final Path KERNELS = Path.of("kernels").toAbsolutePath();
    private static final String SHAPE = "9of12x35-21-5-11-35";
    private static final Map<String, String> REPORTING = Map.of(ToolCompiler.SIMT_RACES, "1");

    @BeforeAll
    static void assumeCompiler() {
        Assumptions.assumeTrue(Mutant.possible(), "skipped: needs g++ on linux on x86-64");
    }

    @Test
    void everyKernel_isFreeOfRaces() throws Exception {
        Mutant.Ended ended = Mutant.verify(KERNELS, REPORTING, List.of("--shape", SHAPE + "/gaussian-scalar/clip",
                "--shape", "33x70-65-3-64-70/gaussian-feature/gelu/dynamic/bytes16", "--shape", SHAPE + "/cd2", "--shape", "33x65-35-65/pcd1"));
        assertEquals(0, ended.code(), ended.out() + ended.err());
    }

    /// Several calls in one launch: what one of them writes, no other may touch.
    @TestFactory
    Stream<DynamicTest> trainings_areFreeOfRaces(@TempDir Path folder) {
        return Stream.of(List.of("train", "--fusion", "epilogue"), List.of("train", "--fusion", "layer", "--clip-norm", "1"),
                List.of("train", "--fusion", "layer", "--objective", "iwae", "--samples", "3")).map(command -> DynamicTest.dynamicTest(String.join(" ", command), () -> {
            List<String> arguments = new ArrayList<>(command);
            arguments.addAll(List.of("--backend", "cuda", "--data", "digits", "--hidden", "33", "--epochs", "1", "--out",
                    folder.resolve(String.join("-", command)).toString()));
            Mutant.Ended ended = Mutant.fvae(KERNELS, REPORTING, arguments);
            assertEquals(0, ended.code(), ended.out() + ended.err());
        }));
    }

    /// @param place the file that both accesses are in
    private record Race(String place, Mutant mutant) {
        /// Without barrier number `n` of `file`, counted from 1, whatever the comment behind it says.
        static Race withoutBarrier(int n, String file, String op) {
            try {
                String line = Files.readAllLines(KERNELS.resolve(file)).stream().filter(l -> l.contains("sync();")).skip(n - 1).findFirst().orElseThrow();
                return new Race(file, new Mutant(file, line.strip(), "//", op, SHAPE));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Barriers taken away one by one, and elements given to two blocks.
    private static final List<Race> RACES = List.of(
            Race.withoutBarrier(1, "common/gemm.cuh", "linear_bias_act/2_tiled"),
            Race.withoutBarrier(2, "common/gemm.cuh", "linear_bias_act/2_tiled"),
            Race.withoutBarrier(2, "common/reduce.cuh", "reduce_loss"),
            Race.withoutBarrier(2, "common/row_block.cuh", "latent_forward"),
            Race.withoutBarrier(1, "latent_forward/body.cuh", "latent_forward"),
            Race.withoutBarrier(1, "common/pipeline.cuh", "linear_bias_act/3_cp_async"),
            new Race("activate/body.cuh", new Mutant("common/step.cuh", "int64_t(block) * BLOCK + threadIdx.x", "int64_t(block) * (BLOCK - 1) + threadIdx.x",
                    "activate", "33x70-65-3-64-70")));

    @TestFactory
    Stream<DynamicTest> race_isNamedByBothItsLines(@TempDir Path folder) {
        return RACES.stream().map(race -> DynamicTest.dynamicTest(race.mutant().file() + ": " + race.mutant().from(), () -> {
            Path kernels = race.mutant().plant(folder.resolve(Integer.toString(RACES.indexOf(race))));
            Mutant.Ended ended = Mutant.verify(kernels, REPORTING, List.of(race.mutant().op(), "--shape", race.mutant().shape()));
            assertTrue(ended.code() != 0, ended.out());
            String access = "thread \\d+ of block \\d+ (reads|writes) (at " + race.place() + ":\\d+|by an async copy), ";
            assertTrue(Pattern.compile("a race: " + access + access).matcher(ended.err()).find(), ended.err());
        }));
    }
}
