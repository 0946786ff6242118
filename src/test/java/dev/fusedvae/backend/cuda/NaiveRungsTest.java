package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.check.Tolerance;
import dev.fusedvae.check.Trial;
import dev.fusedvae.check.Verifier;
import dev.fusedvae.fuse.FusionLevel;
import dev.fusedvae.plan.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The lowest rung of every ladder: where an op has a faster variant, nothing else runs its naive one.
@Tag("simt")
class NaiveRungsTest {
    private static final List<FusionLevel> LEVELS = List.of(FusionLevel.EPILOGUE, FusionLevel.LAYER);

    @TempDir
    private static Path copy;
    private static CudaBackend best;
    private static Driver driver;
    private static KernelLibrary naive;

    @BeforeAll
    static void open() throws IOException {
        best = Simt.open();
        Path kernels = KernelFolder.find().root();
        try (var all = Files.walk(kernels)) {
            for (Path from : all.filter(f -> !f.getFileName().toString().matches("[2-9]_\\w+\\.cu")).toList()) {
                Path to = copy.resolve(kernels.relativize(from).toString());
                if (Files.isDirectory(from)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(from, to);
                }
            }
        }
        KernelFolder folder = new KernelFolder(copy);
        assertTrue(folder.ops().stream().allMatch(op -> folder.variants(op).size() == 1), "one rung each");
        driver = new Driver();
        naive = new KernelLibrary(driver, folder, new Compiler(folder, Compiler.SIMT, Simt.ENVIRONMENT));
    }

    @AfterAll
    static void close() {
        if (best != null) { // null where the machine cannot build the device
            synchronized (driver) {
                driver.enterToClose();
                naive.close();
                driver.close();
            }
            best.close();
        }
    }

    private static Executable load(Plan plan, Trial trial) {
        return CudaExecutable.load(driver, naive, plan, trial.feed(), Optional.empty());
    }

    @Test
    void everyCallOfAStep_computesItsDefinition() {
        for (Trial trial : CudaTest.TRIALS) {
            for (FusionLevel level : LEVELS) {
                try (Executable executable = load(Verifier.watched(trial.plan(level)), trial)) {
                    Verifier.Report report = Verifier.step(executable, trial.feed(), 1, trial.inputs(), Tolerance.FP32);
                    assertEquals(List.of(), report.findings(), trial.spec() + " " + level);
                    assertTrue(report.values() > 0);
                }
            }
        }
    }

    /// Products add in order of k, row sums over 16 virtual lanes, whoever computes them.
    @Test
    void losses_haveTheBitsOfTheBestRungs() {
        for (Trial trial : CudaTest.TRIALS) {
            try (Executable here = load(trial.plan(FusionLevel.LAYER), trial); Executable there = best.load(trial.plan(FusionLevel.LAYER), trial.feed())) {
                trial.start(here);
                trial.start(there);
                assertArrayEquals(Trial.run(there, 3), Trial.run(here, 3), trial.spec().toString());
            }
        }
    }
}
