package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.check.OpSweep;
import dev.fusedvae.fuse.Kind;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Every kernel variant by itself on the SIMT device.
@Tag("simt")
class OpVerificationTest {

    @Test
    void everyVariant_computesItsDefinition() {
        try (CudaBackend cuda = Simt.open()) {
            OpSweep sweep = new OpSweep(OpSweep.cases(), cuda.highestLevel());
            for (Kind kind : sweep.kinds()) {
                long t = System.nanoTime();
                OpSweep.Report report = sweep.run(cuda, kind, "", at -> { });
                System.out.println(cuda.variants(kind.label())+report.op()+" "+report.calls()+" "+report.worst()+" "+report.defects().size()+" "+(System.nanoTime()-t)/1000000+" ms");
                if(!report.defects().isEmpty()) System.out.println("  "+report.defects().getFirst());
            }
        }
    }
}
