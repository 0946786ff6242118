package dev.fusedvae.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.spec.FusionLevel;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Every op of the CPU path by itself, and the names of cases.
class OpSweepTest {

    @Test
    void everyOpOfTheCpu_computesItsDefinition() {
        OpSweep sweep = new OpSweep(OpSweep.cases(), Fusion.of(FusionLevel.LAYER));
        assertEquals(List.of(Kind.values()), sweep.kinds(), "the cases reach every op");
        try (CpuBackend cpu = new CpuBackend(2)) {
            for (Kind kind : sweep.kinds()) {
                OpSweep.Report report = sweep.run(cpu, kind, "", at -> { });
                assertTrue(report.passed() && report.values() > 0, () -> report.op() + ": " + report.defects());
            }
        }
    }

    @Test
    void everyCase_isFoundByItsName() {
        for (OpCase at : OpSweep.cases()) {
            assertEquals(at, OpCase.parse(at.toString()));
        }
    }

    @Test
    void wordsThatAreNoCase_areRefusedWithWhatIs() {
        for (String text : List.of("12x3", "x20-5-20", "4x20-5-3-20", "4x20-5-21", "5of4x20-5-20", "4x20-5-20/warm")) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> OpCase.parse(text), text);
            assertTrue(e.getMessage().length() > 30, e.getMessage());
        }
    }
}
