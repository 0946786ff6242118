package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Step;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.simd.VirtualLanes;
import java.util.Arrays;
import java.util.Optional;

/// The latent layer by rows: noise, z and KL, and the way back.
final class LatentKernels {
    private static final int LANES = 16;

    private LatentKernels() {}

    /// ε for every row of the rectangle, all panels.
    static final class Noise implements Kernel {
        private final Machine machine;
        private final Form.Panels eps;

        Noise(Machine machine, Stage.Noise stage) {
            this.machine = machine;
            eps = machine.memory.panels(stage.eps());
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            Normals.block(machine.noise(), step.step(), machine.feed().noiseRow(step, r0), r1 - r0, eps.columns(),
                    machine.memory.work, eps.at() + r0 * Form.PANEL, Form.PANEL, eps.stride());
        }
    }

    /// z, or the row sums of KL, or both with one exponential.
    ///
    /// Each has a class and a loop of its own: a method that inlines two of these vector loops passes the compiler's
    /// NodeCountInliningCutoff inside the second, whose vectors are then boxed for good (KL at NONE: 4.6 kB a step).
    static Kernel reparameterize(Machine machine, Stage.Reparameterize stage) {
        if (stage.kl().isEmpty()) {
            return new Sample(machine, stage);
        }
        return stage.z().isEmpty() ? new Divergence(machine, stage) : new SampleDivergence(machine, stage);
    }

    /// z = μ + σ ⊙ ε.
    private static final class Sample implements Kernel {
        private final Machine machine;
        private final Form.Panels heads;
        private final Form.Panels eps;
        private final Form.Panels z;

        Sample(Machine machine, Stage.Reparameterize stage) {
            this.machine = machine;
            heads = machine.memory.panels(stage.heads());
            eps = machine.memory.panels(stage.eps().orElseThrow());
            z = machine.memory.panels(stage.z().orElseThrow());
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int at = r0 * Form.PANEL;
            for (int p = 0; p < heads.panels(); p++) {
                machine.elementwise.reparameterize(machine.memory.work, heads.panel(p) + at,
                        heads.panel(heads.panels() + p) + at, eps.panel(p) + at, z.panel(p) + at, r1 - r0, heads.valid(p));
            }
        }
    }

    /// The row sums of KL.
    private static final class Divergence implements Kernel {
        private final Machine machine;
        private final Form.Panels heads;
        private final Form.Partials kl;

        Divergence(Machine machine, Stage.Reparameterize stage) {
            this.machine = machine;
            heads = machine.memory.panels(stage.heads());
            kl = machine.memory.partials(stage.kl().orElseThrow());
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int at = r0 * Form.PANEL;
            int rows = r1 - r0;
            float[] work = machine.memory.work;
            int lanes = machine.memory.lanes(member);
            for (int p = 0; p < heads.panels(); p++) {
                Arrays.fill(work, lanes, lanes + LANES * rows, 0);
                machine.elementwise.kl(work, heads.panel(p) + at, heads.panel(heads.panels() + p) + at, lanes, rows, heads.valid(p));
                sums(work, lanes, rows, kl, p, r0);
            }
        }
    }

    private static final class SampleDivergence implements Kernel {
        private final Machine machine;
        private final Form.Panels heads;
        private final Form.Panels eps;
        private final Form.Panels z;
        private final Form.Partials kl;

        SampleDivergence(Machine machine, Stage.Reparameterize stage) {
            this.machine = machine;
            heads = machine.memory.panels(stage.heads());
            eps = machine.memory.panels(stage.eps().orElseThrow());
            z = machine.memory.panels(stage.z().orElseThrow());
            kl = machine.memory.partials(stage.kl().orElseThrow());
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int at = r0 * Form.PANEL;
            int rows = r1 - r0;
            float[] work = machine.memory.work;
            int lanes = machine.memory.lanes(member);
            for (int p = 0; p < heads.panels(); p++) {
                Arrays.fill(work, lanes, lanes + LANES * rows, 0);
                machine.elementwise.reparameterizeKl(work, heads.panel(p) + at, heads.panel(heads.panels() + p) + at,
                        eps.panel(p) + at, z.panel(p) + at, lanes, rows, heads.valid(p));
                sums(work, lanes, rows, kl, p, r0);
            }
        }
    }

    private static void sums(float[] work, int lanes, int rows, Form.Partials to, int p, int r0) {
        for (int r = 0; r < rows; r++) {
            work[to.at() + p * to.stride() + r0 + r] = (float) VirtualLanes.sum(work, lanes + r * LANES);
        }
    }

    /// Gradients of μ and log σ², through z, through KL, or both.
    static final class Backward implements Kernel {
        private final Machine machine;
        private final Form.Panels heads;
        private final Form.Panels dHeads;
        private final Optional<Form.Panels> dz;
        private final Optional<Form.Panels> eps;
        private final boolean throughKl;

        Backward(Machine machine, Stage.LatentBackward stage) {
            this.machine = machine;
            Memory memory = machine.memory;
            heads = memory.panels(stage.heads());
            dHeads = memory.panels(stage.dHeads());
            dz = stage.dz().map(memory::panels);
            eps = stage.eps().map(memory::panels);
            throughKl = stage.throughKl();
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int at = r0 * Form.PANEL;
            int zeros = machine.memory.zeros();
            float klScale = throughKl ? step.beta() * step.invRows() : 0;
            for (int p = 0; p < heads.panels(); p++) {
                machine.elementwise.latentBackward(machine.memory.work,
                        dz.isPresent() ? dz.get().panel(p) + at : zeros,
                        heads.panel(p) + at, heads.panel(heads.panels() + p) + at,
                        eps.isPresent() ? eps.get().panel(p) + at : zeros,
                        dHeads.panel(p) + at, dHeads.panel(dHeads.panels() + p) + at,
                        r1 - r0, heads.valid(p), klScale);
            }
        }
    }
}
