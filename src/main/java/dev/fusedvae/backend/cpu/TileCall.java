package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Step;
import java.util.List;

/// Stages whose rows are independent, one after the other: each member takes its rows through all of them, or, where
/// there are few rows and a single stage that allows it, its panels.
final class TileCall implements CpuCall {
    private final Kernel[] kernels;
    private final int members;
    private final boolean byPanels;

    TileCall(List<Kernel> kernels, int members, boolean byPanels) {
        if (byPanels && kernels.size() != 1) {
            throw new IllegalArgumentException("only a single stage can be cut along panels");
        }
        this.kernels = kernels.toArray(Kernel[]::new);
        this.members = members;
        this.byPanels = byPanels;
    }

    @Override
    public void run(int member, Step step) {
        int rows = step.rows();
        if (byPanels) {
            int panels = kernels[0].panels();
            kernels[0].run(member, 0, rows, Share.from(panels, member, members), Share.to(panels, member, members), step);
            return;
        }
        int quads = Math.ceilDiv(rows, 4);
        int r0 = 4 * Share.from(quads, member, members);
        int r1 = Math.min(rows, 4 * Share.to(quads, member, members));
        if (r0 < r1) {
            for (Kernel kernel : kernels) {
                kernel.run(member, r0, r1, 0, kernel.panels(), step);
            }
        }
    }
}
