package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Step;
import java.util.List;

/// Stages whose rows are independent, one after the other: a chunk of the rows is taken through all of them, or, where there
/// are few rows and a single stage that allows it, a chunk is one of its panels.
final class TileCall implements CpuCall {
    private final Kernel[] kernels;
    /// Rows an example of each kernel, and examples that are not cut apart.
    private final int[] samples;
    private final int grain;
    private final int chunks;
    private final boolean byPanels;

    private TileCall(List<Kernel> kernels, int[] samples, int grain, int chunks, boolean byPanels) {
        this.kernels = kernels.toArray(Kernel[]::new);
        this.samples = samples;
        this.grain = grain;
        this.chunks = chunks;
        this.byPanels = byPanels;
    }

    /// Cut along rows: `grain` examples stay together.
    static TileCall byRows(List<Kernel> kernels, int[] samples, int grain, int chunks) {
        return new TileCall(kernels, samples, grain, chunks, false);
    }

    /// A single stage, cut along panels.
    static TileCall byPanels(Kernel kernel, int samples, int chunks) {
        return new TileCall(List.of(kernel), new int[] {samples}, 1, chunks, true);
    }

    @Override
    public int chunks() {
        return chunks;
    }

    @Override
    public void run(int member, int chunk, Step step) {
        int rows = step.rows();
        if (byPanels) {
            int panels = kernels[0].panels();
            kernels[0].run(member, 0, rows * samples[0], Share.from(panels, chunk, chunks), Share.to(panels, chunk, chunks), step);
            return;
        }
        int grains = Math.ceilDiv(rows, grain);
        int e0 = grain * Share.from(grains, chunk, chunks);
        int e1 = Math.min(rows, grain * Share.to(grains, chunk, chunks));
        if (e0 < e1) {
            for (int i = 0; i < kernels.length; i++) {
                kernels[i].run(member, e0 * samples[i], e1 * samples[i], 0, kernels[i].panels(), step);
            }
        }
    }
}
