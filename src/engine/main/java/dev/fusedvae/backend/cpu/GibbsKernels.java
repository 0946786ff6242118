package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;

import dev.fusedvae.plan.Step;
import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.rng.Strips;
import java.util.Arrays;

/// What Gibbs sampling and contrastive divergence add to the rows.
final class GibbsKernels {
    private GibbsKernels() {}

    /// state = word < p·2^32. A row of p is put in one piece first: its draws come four columns a Philox call.
    static final class Sample implements Kernel {
        private final Machine machine;
        private final float[] work;
        private final Form.Panels p;
        private final Form.Panels state;
        private final Strips strips;
        private final int site;
        private final float[][] rowOf;
        /// The stream of each member's last feed: made anew when the seed changes, not every step.
        private final Stream[] streams;

        Sample(Machine machine, Stage.Sample stage) {
            this.machine = machine;
            work = machine.memory.work;
            p = machine.memory.panels(stage.p());
            state = machine.memory.panels(stage.state());
            strips = state.strips();
            site = stage.site();
            rowOf = new float[machine.members][p.columns()];
            streams = new Stream[machine.members];
            Arrays.fill(streams, machine.feed().gibbs(site));
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            if (streams[member].seed() != machine.feed().seed()) {
                streams[member] = machine.feed().gibbs(site);
            }
            float[] row = rowOf[member];
            int last = p.panels() - 1;
            for (int r = r0; r < r1; r++) {
                for (int panel = 0; panel <= last; panel++) {
                    System.arraycopy(work, p.panel(panel) + r * PANEL, row, panel * PANEL, p.valid(panel));
                }
                int to = state.at() + r * PANEL;
                Binarizer.binarize(streams[member], step.step(), machine.feed().noiseRow(step, r), row, 0, strips, work, to);
                Arrays.fill(work, to + last * state.stride() + p.valid(last), to + last * state.stride() + PANEL, 0);
            }
        }
    }

    /// Rows 2r and 2r + 1 from row r of the data and of the model.
    static final class Contrast implements Kernel {
        private final float[] work;
        private final Form.Panels data;
        private final Form.Panels model;
        private final Form.Panels rows;
        private final boolean gradient;

        Contrast(Machine machine, Stage.Contrast stage) {
            work = machine.memory.work;
            data = machine.memory.panels(stage.data());
            model = machine.memory.panels(stage.model());
            rows = machine.memory.panels(stage.rows());
            gradient = stage.gradient();
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            float scale = gradient ? step.invRows() : 1;
            for (int p = 0; p < data.panels(); p++) {
                for (int r = r0; r < r1; r++) {
                    int to = rows.panel(p) + 2 * r * PANEL;
                    copy(data.panel(p) + r * PANEL, to, data.valid(p), gradient ? -scale : scale);
                    copy(model.panel(p) + r * PANEL, to + PANEL, data.valid(p), scale);
                }
            }
        }

        /// Padding becomes zero: sums over depth may run over it.
        private void copy(int from, int to, int count, float scale) {
            for (int c = 0; c < count; c++) {
                work[to + c] = scale * work[from + c];
            }
            Arrays.fill(work, to + count, to + PANEL, 0);
        }
    }
}
