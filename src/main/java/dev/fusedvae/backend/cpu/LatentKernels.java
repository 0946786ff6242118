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

    /// z = μ + σ ⊙ ε, or the row sums of KL, or both with one exponential.
    static final class Reparameterize implements Kernel {
        private final Machine machine;
        private final float[] work;
        private final Form.Panels heads;
        private final Optional<Form.Panels> eps;
        private final Optional<Form.Panels> z;
        private final Optional<Form.Partials> kl;

        Reparameterize(Machine machine, Stage.Reparameterize stage) {
            this.machine = machine;
            Memory memory = machine.memory;
            work = memory.work;
            heads = memory.panels(stage.heads());
            eps = stage.eps().map(memory::panels);
            z = stage.z().map(memory::panels);
            kl = stage.kl().map(memory::partials);
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int at = r0 * Form.PANEL;
            int rows = r1 - r0;
            int lanes = machine.memory.lanes(member);
            for (int p = 0; p < heads.panels(); p++) {
                int mu = heads.panel(p) + at;
                int logVar = heads.panel(heads.panels() + p) + at;
                int valid = heads.valid(p);
                Arrays.fill(work, lanes, lanes + LANES * rows, 0);
                if (z.isPresent() && kl.isPresent()) {
                    machine.elementwise.reparameterizeKl(work, mu, logVar, eps.orElseThrow().panel(p) + at,
                            z.get().panel(p) + at, lanes, rows, valid);
                } else if (z.isPresent()) {
                    machine.elementwise.reparameterize(work, mu, logVar, eps.orElseThrow().panel(p) + at,
                            z.get().panel(p) + at, rows, valid);
                } else {
                    machine.elementwise.kl(work, mu, logVar, lanes, rows, valid);
                }
                if (kl.isPresent()) {
                    sums(lanes, rows, kl.get(), p, r0);
                }
            }
        }

        private void sums(int lanes, int rows, Form.Partials to, int p, int r0) {
            for (int r = 0; r < rows; r++) {
                work[to.at() + p * to.stride() + r0 + r] = (float) VirtualLanes.sum(work, lanes + r * LANES);
            }
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
