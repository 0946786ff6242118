package dev.fusedvae.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.fuse.FusionLevel;
import dev.fusedvae.fuse.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Every op of the CPU path by itself, at every level.
class OpSweepTest {

    @Test
    void everyOpOfTheCpu_computesItsDefinition() {
        OpSweep sweep = new OpSweep(OpSweep.cases(), FusionLevel.LAYER);
        assertEquals(List.of(Kind.values()), sweep.kinds());
        try (CpuBackend cpu = new CpuBackend(2)) {
            for (Kind kind : sweep.kinds()) {
                long t = System.nanoTime();
                OpSweep.Report report = sweep.run(cpu, kind, "", at -> { });
                System.out.println(report.op()+" "+report.calls()+" "+report.worst()+" "+report.defects().size()+" "+(System.nanoTime()-t)/1000000+" ms");
                if(!report.defects().isEmpty()) System.out.println("  "+report.defects().getFirst());
            }
        }
    }
}
