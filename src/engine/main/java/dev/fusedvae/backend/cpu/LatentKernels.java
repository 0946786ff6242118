package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;
import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;

import dev.fusedvae.plan.Step;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Strips;
import java.util.Arrays;
import java.util.Optional;

/// The latent layer by rows: noise, z and KL, and the way back.
final class LatentKernels {
    private LatentKernels() {}

    /// ε for every row of the rectangle, all panels.
    static final class Noise implements Kernel {
        private final Machine machine;
        private final Form.Panels eps;
        private final Strips strips;
        private final int samples;

        Noise(Machine machine, Stage.Noise stage) {
            this.machine = machine;
            samples = stage.samples();
            eps = machine.memory.panels(stage.eps());
            strips = eps.strips();
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            // rows that are consecutive in the counters: all of them in training, an example's where samples come in chunks
            int run = machine.feed().sampleRow(step, 1, 0, samples) == machine.feed().sampleRow(step, 0, 0, samples) + samples
                    ? r1 - r0
                    : samples;
            for (int r = r0; r < r1; r += run) {
                Normals.block(machine.noise(), step.step(), machine.feed().sampleRow(step, r / samples, r % samples, samples), run, strips,
                        machine.memory.work, eps.at() + r * PANEL);
            }
        }
    }

    /// z, or the row sums of KL, or both with one exponential.
    ///
    /// Each has a class and a loop of its own: a method that inlines two of these vector loops passes the compiler's
    /// NodeCountInliningCutoff inside the second, whose vectors are then boxed for good (KL at NONE: 4.6 kB a step).
    static Kernel reparameterize(Machine machine, Stage.Reparameterize stage) {
        if (stage.samples() > 1 || stage.ratio().isPresent() || stage.kl().isPresent() && !stage.kl().get().prior().standard()) {
            return new SampleKernels.Forward(machine, stage);
        }
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
            int at = r0 * PANEL;
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
            kl = machine.memory.partials(stage.kl().orElseThrow().kl());
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int at = r0 * PANEL;
            int rows = r1 - r0;
            float[] work = machine.memory.work;
            int lanes = machine.memory.lanes(member);
            for (int p = 0; p < heads.panels(); p++) {
                Arrays.fill(work, lanes, lanes + VIRTUAL_LANES * rows, 0);
                machine.elementwise.kl(work, heads.panel(p) + at, heads.panel(heads.panels() + p) + at, lanes, rows, heads.valid(p));
                SampleKernels.sums(work, lanes, rows, kl, p, r0);
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
            kl = machine.memory.partials(stage.kl().orElseThrow().kl());
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int at = r0 * PANEL;
            int rows = r1 - r0;
            float[] work = machine.memory.work;
            int lanes = machine.memory.lanes(member);
            for (int p = 0; p < heads.panels(); p++) {
                Arrays.fill(work, lanes, lanes + VIRTUAL_LANES * rows, 0);
                machine.elementwise.reparameterizeKl(work, heads.panel(p) + at, heads.panel(heads.panels() + p) + at,
                        eps.panel(p) + at, z.panel(p) + at, lanes, rows, heads.valid(p));
                SampleKernels.sums(work, lanes, rows, kl, p, r0);
            }
        }
    }

    /// One sample, N(0, I) and no weights take one pass; the rest is [SampleKernels].
    static Kernel backward(Machine machine, Stage.LatentBackward stage) {
        boolean plain = stage.samples() == 1 && stage.ratio().isEmpty()
                && stage.kl().map(kl -> kl.prior().standard() && kl.freeBits().isEmpty()).orElse(true);
        return plain ? new Backward(machine, stage) : new SampleKernels.Backward(machine, stage);
    }

    /// Gradients of μ and log σ², through z, through KL, or both.
    private static final class Backward implements Kernel {
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
            throughKl = stage.kl().isPresent();
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int at = r0 * PANEL;
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
