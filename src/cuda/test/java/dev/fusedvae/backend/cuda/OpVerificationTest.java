package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.cuda.driver.SimtDriver;
import dev.fusedvae.check.OpSweep;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.run.CudaChoice;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Verifies every variant of every kernel on the SIMT device, with its threads in forward, reverse and random order.
@Tag("simt")
class OpVerificationTest {

    @TestFactory
    Stream<DynamicTest> everyVariant_computesItsDefinition_inEveryOrderOfThreads() {
        OpSweep sweep;
        Map<Kind, List<String>> variants = new EnumMap<>(Kind.class);
        try (CudaBackend cuda = Simt.open()) {
            sweep = new OpSweep(OpSweep.cases(), cuda.fusion());
            sweep.kinds().forEach(kind -> variants.put(kind, cuda.variants(kind.label())));
        }
        assertEquals(List.of("forward", "reverse", "random"), SimtDriver.orders());
        return variants.entrySet().stream().flatMap(e -> {
            assertFalse(e.getValue().isEmpty(), e.getKey() + " has no kernel");
            return e.getValue().stream().map(v -> DynamicTest.dynamicTest(e.getKey().label() + "/" + v, () -> verify(sweep, e.getKey(), v)));
        });
    }

    private static void verify(OpSweep sweep, Kind kind, String variant) {
        CudaChoice choice = CudaChoice.DEFAULT.withVariants(Map.of(kind.label(), variant));
        try (CudaBackend cuda = CudaBackend.open(Simt.ENVIRONMENT, choice)) {
            OpSweep.Report report = sweep.run(cuda, kind, variant, at -> { });
            assertTrue(report.passed() && report.values() > 0, () -> report.op() + ": " + report.defects());
        }
    }
}
