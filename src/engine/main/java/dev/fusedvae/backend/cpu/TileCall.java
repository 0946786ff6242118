package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Step;
import java.util.List;

/// Stages whose rows are independent, one after the other: a part of the rows is taken through all of them, or, where there
/// are few rows and a single stage that allows it, a part is one of its panels.
final class TileCall implements CpuCall {
    private final Kernel[] kernels;
    /// Rows an example of each kernel, and examples that are not cut apart.
    private final int[] samples;
    private final int grain;
    private final int parts;
    private final boolean byPanels;

    private TileCall(List<Kernel> kernels, int[] samples, int grain, int parts, boolean byPanels) {
        this.kernels = kernels.toArray(Kernel[]::new);
        this.samples = samples;
        this.grain = grain;
        this.parts = parts;
        this.byPanels = byPanels;
    }

    /// Cut along rows: `grain` examples stay together.
    static TileCall byRows(List<Kernel> kernels, int[] samples, int grain, int parts) {
        return new TileCall(kernels, samples, grain, parts, false);
    }

    /// A single stage, cut along panels.
    static TileCall byPanels(Kernel kernel, int samples, int parts) {
        return new TileCall(List.of(kernel), new int[] {samples}, 1, parts, true);
    }

    @Override
    public int parts() {
        return parts;
    }

    @Override
    public void run(int member, int part, Step step) {
        int rows = step.rows();
        if (byPanels) {
            int panels = kernels[0].panels();
            kernels[0].run(member, 0, rows * samples[0], Share.from(panels, part, parts), Share.to(panels, part, parts), step);
            return;
        }
        int grains = Math.ceilDiv(rows, grain);
        int e0 = grain * Share.from(grains, part, parts);
        int e1 = Math.min(rows, grain * Share.to(grains, part, parts));
        if (e0 < e1) {
            for (int i = 0; i < kernels.length; i++) {
                kernels[i].run(member, e0 * samples[i], e1 * samples[i], 0, kernels[i].panels(), step);
            }
        }
    }
}
