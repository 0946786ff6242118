package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;
import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;

import dev.fusedvae.plan.Step;
import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Strips;
import dev.fusedvae.simd.VirtualLanes;
import dev.fusedvae.spec.Corruption;
import java.util.Arrays;
import java.util.Optional;

/// What objectives add to the rows: corruption, the L1 penalty, importance weights on gradients.
final class ObjectiveKernels {
    private ObjectiveKernels() {}

    /// out = x, damaged; the draws go to `out` first.
    static final class Corrupt implements Kernel {
        private final Machine machine;
        private final float[] work;
        private final Form.Panels x;
        private final Form.Panels out;
        private final Strips strips;
        private final Corruption corruption;
        /// The probability that a value stays, for every column.
        private final float[] kept;

        Corrupt(Machine machine, Stage.Corrupt stage) {
            this.machine = machine;
            work = machine.memory.work;
            x = machine.memory.panels(stage.x());
            out = machine.memory.panels(stage.out());
            strips = out.strips();
            corruption = stage.corruption();
            kept = new float[x.columns()];
            if (corruption instanceof Corruption.Masking(double p)) {
                Arrays.fill(kept, (float) (1 - p));
            }
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            for (int r = r0; r < r1; r++) {
                long row = machine.feed().noiseRow(step, r);
                int to = out.at() + r * PANEL;
                switch (corruption) {
                    case Corruption.None c -> throw new IllegalStateException("nothing is to be corrupted");
                    case Corruption.Gaussian(double sigma) -> {
                        Normals.block(machine.corruption(), step.step(), row, 1, strips, work, to);
                        add(r, (float) sigma);
                    }
                    case Corruption.Masking c -> {
                        Binarizer.binarize(machine.corruption(), step.step(), row, kept, 0, strips, work, to);
                        mask(r);
                    }
                }
                int last = x.panels() - 1;
                Arrays.fill(work, to + last * out.stride() + x.valid(last), to + last * out.stride() + PANEL, 0);
            }
        }

        private void add(int r, float sigma) {
            for (int p = 0; p < x.panels(); p++) {
                int to = out.panel(p) + r * PANEL;
                int from = x.panel(p) + r * PANEL;
                for (int c = 0; c < x.valid(p); c++) {
                    work[to + c] = Math.fma(sigma, work[to + c], work[from + c]);
                }
            }
        }

        private void mask(int r) {
            for (int p = 0; p < x.panels(); p++) {
                int to = out.panel(p) + r * PANEL;
                int from = x.panel(p) + r * PANEL;
                for (int c = 0; c < x.valid(p); c++) {
                    work[to + c] *= work[from + c];
                }
            }
        }
    }

    /// The row sums of |code|.
    static final class L1Penalty implements Kernel {
        private final float[] work;
        private final Form.Panels code;
        private final Form.Partials l1;
        private final float[][] lanes;

        L1Penalty(Machine machine, Stage.L1Penalty stage) {
            work = machine.memory.work;
            code = machine.memory.panels(stage.code());
            l1 = machine.memory.partials(stage.l1());
            lanes = new float[machine.members][VIRTUAL_LANES];
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            float[] sums = lanes[member];
            for (int p = 0; p < code.panels(); p++) {
                for (int r = r0; r < r1; r++) {
                    Arrays.fill(sums, 0);
                    int from = code.panel(p) + r * PANEL;
                    for (int c = 0; c < code.valid(p); c++) {
                        sums[c % VIRTUAL_LANES] += Math.abs(work[from + c]);
                    }
                    work[l1.at() + p * l1.stride() + r] = (float) VirtualLanes.sum(sums, 0);
                }
            }
        }
    }

    /// out = β sign(code) / B, and what flows back from the decoder.
    static final class L1Backward implements Kernel {
        private final float[] work;
        private final Form.Panels code;
        private final Form.Panels out;
        private final Optional<Form.Panels> before;

        L1Backward(Machine machine, Stage.L1Backward stage) {
            work = machine.memory.work;
            code = machine.memory.panels(stage.code());
            out = machine.memory.panels(stage.out());
            before = stage.before().map(machine.memory::panels);
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            float scale = step.beta() * step.invRows();
            for (int p = 0; p < code.panels(); p++) {
                int from = code.panel(p);
                int to = out.panel(p);
                for (int i = r0 * PANEL; i < r1 * PANEL; i++) {
                    float slope = scale * Math.signum(work[from + i]);
                    work[to + i] = before.isPresent() ? work[before.get().panel(p) + i] + slope : slope;
                }
            }
        }
    }

    /// out = weights^power · dY, where nothing that sums them up takes the rows at once.
    static final class WeightRows implements Kernel {
        private final Machine machine;
        private final float[] work;
        private final Form dY;
        private final Form.Partials weights;
        private final Form.Panels out;
        private final boolean squared;

        WeightRows(Machine machine, Stage.WeightRows stage) {
            this.machine = machine;
            work = machine.memory.work;
            dY = machine.memory.form(stage.dY());
            weights = machine.memory.partials(stage.weights());
            out = machine.memory.panels(stage.out());
            squared = stage.power() == 2;
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            switch (dY) {
                case Form.Panels rows -> {
                    for (int p = 0; p < rows.allPanels(); p++) {
                        machine.elementwise.scaleRows(work, rows.panel(p) + r0 * PANEL, work, weights.at() + r0, squared,
                                work, out.panel(p) + r0 * PANEL, r1 - r0);
                    }
                }
                case Form.Partials sums -> {
                    for (int r = r0; r < r1; r++) {
                        float w = work[weights.at() + r];
                        Arrays.fill(work, out.at() + r * PANEL, out.at() + (r + 1) * PANEL, 0);
                        work[out.at() + r * PANEL] = (float) sums.sum(work, r) * (squared ? w * w : w);
                    }
                }
                case Form.Weight w -> throw new IllegalStateException("a weight has no rows of a batch");
            }
        }
    }
}
