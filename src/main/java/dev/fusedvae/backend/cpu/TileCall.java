package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Step;
import java.util.List;

/// Stages whose rows are independent, one after the other: each member takes its rows through all of them, or, where
/// there are few rows and a single stage that allows it, its panels.
final class TileCall implements CpuCall {
    private final Kernel[] kernels;
    /// Rows an example of each kernel, and examples that members share out in one piece.
    private final int[] samples;
    private final int grain;
    private final int members;
    private final boolean byPanels;

    TileCall(List<Kernel> kernels, int[] samples, int grain, int members, boolean byPanels) {
        if (byPanels && kernels.size() != 1) {
            throw new IllegalArgumentException("only a single stage can be cut along panels");
        }
        this.kernels = kernels.toArray(Kernel[]::new);
        this.samples = samples;
        this.grain = grain;
        this.members = members;
        this.byPanels = byPanels;
    }

    @Override
    public void run(int member, Step step) {
        int rows = step.rows();
        if (byPanels) {
            int panels = kernels[0].panels();
            kernels[0].run(member, 0, rows * samples[0], Share.from(panels, member, members), Share.to(panels, member, members), step);
            return;
        }
        int grains = Math.ceilDiv(rows, grain);
        int e0 = grain * Share.from(grains, member, members);
        int e1 = Math.min(rows, grain * Share.to(grains, member, members));
        if (e0 < e1) {
            for (int i = 0; i < kernels.length; i++) {
                kernels[i].run(member, e0 * samples[i], e1 * samples[i], 0, kernels[i].panels(), step);
            }
        }
    }
}
