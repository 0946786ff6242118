package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;
import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;

import dev.fusedvae.graph.Op;
import dev.fusedvae.plan.Step;
import dev.fusedvae.simd.Elementwise;
import dev.fusedvae.simd.ScalarMath;
import dev.fusedvae.simd.VirtualLanes;
import dev.fusedvae.spec.Prior;
import java.util.Arrays;
import java.util.Optional;

/// The latent layer with many samples an example, any diagonal prior, free bits, or importance weights. Rows are those of
/// samples; the rows of μ and log σ² are the examples among them.
final class SampleKernels {
    private SampleKernels() {}

    /// Mean, precision and log-variance of a prior, 32 floats each for every panel of latents; N(0, 1) in the padding.
    static float[] prior(Prior prior, int latents) {
        int panels = Math.ceilDiv(latents, PANEL);
        float[] all = new float[3 * PANEL * panels];
        for (int j = 0; j < panels * PANEL; j++) {
            int at = j / PANEL * 3 * PANEL + j % PANEL;
            double variance = j < latents ? prior.variance(j) : 1;
            all[at] = j < latents ? (float) prior.mean(j) : 0;
            all[at + PANEL] = (float) (1 / variance);
            all[at + 2 * PANEL] = (float) StrictMath.log(variance);
        }
        return all;
    }

    /// z, and KL or the log-ratio.
    static final class Forward implements Kernel {
        private final Machine machine;
        private final float[] work;
        private final Form.Panels heads;
        private final Optional<Form.Panels> eps;
        private final Optional<Form.Panels> z;
        private final Optional<Form.Partials> kl;
        private final Optional<Form.Partials> ratio;
        private final boolean standard;
        private final float[] prior;
        private final int samples;

        Forward(Machine machine, Stage.Reparameterize stage) {
            this.machine = machine;
            Memory memory = machine.memory;
            work = memory.work;
            heads = memory.panels(stage.heads());
            eps = stage.eps().map(memory::panels);
            z = stage.z().map(memory::panels);
            kl = stage.kl().map(o -> memory.partials(o.kl()));
            ratio = stage.ratio().map(o -> memory.partials(o.ratio()));
            Prior of = stage.ratio().map(Op.LogRatio::prior).or(() -> stage.kl().map(Op.KlDivergence::prior)).orElse(Prior.STANDARD);
            standard = of.standard();
            prior = prior(of, heads.columns());
            samples = stage.samples();
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int rows = (r1 - r0) / samples;
            int at = r0 * PANEL;
            int lanes = machine.memory.lanes(member);
            for (int p = 0; p < heads.panels(); p++) {
                int mu = heads.panel(p) + r0 / samples * PANEL;
                int logVar = heads.panel(heads.panels() + p) + r0 / samples * PANEL;
                if (z.isPresent()) {
                    machine.elementwise.sample(work, mu, logVar, eps.orElseThrow().panel(p) + at, z.get().panel(p) + at, rows, samples, heads.valid(p));
                }
                if (kl.isPresent()) {
                    divergence(mu, logVar, rows, p, lanes);
                    sums(work, lanes, rows, kl.get(), p, r0 / samples);
                }
                for (int e = 0; e < rows && ratio.isPresent(); e++) {
                    Arrays.fill(work, lanes, lanes + VIRTUAL_LANES * samples, 0);
                    int r = r0 + e * samples;
                    machine.elementwise.logRatio(work, mu + e * PANEL, logVar + e * PANEL, eps.orElseThrow().panel(p) + r * PANEL,
                            prior, p * 3 * PANEL, lanes, 1, samples, heads.valid(p));
                    sums(work, lanes, samples, ratio.get(), p, r);
                }
            }
        }

        private void divergence(int mu, int logVar, int rows, int p, int lanes) {
            Arrays.fill(work, lanes, lanes + VIRTUAL_LANES * rows, 0);
            if (standard) {
                machine.elementwise.kl(work, mu, logVar, lanes, rows, heads.valid(p));
            } else {
                machine.elementwise.klPrior(work, mu, logVar, prior, p * 3 * PANEL, lanes, rows, heads.valid(p));
            }
        }
    }

    static void sums(float[] work, int lanes, int rows, Form.Partials to, int p, int r0) {
        for (int r = 0; r < rows; r++) {
            work[to.at() + p * to.stride() + r0 + r] = (float) VirtualLanes.sum(work, lanes + r * VIRTUAL_LANES);
        }
    }

    /// Gradients of μ and log σ²: through z, then what KL or the log-ratio adds.
    static final class Backward implements Kernel {
        private final Machine machine;
        private final float[] work;
        private final Form.Panels heads;
        private final Form.Panels dHeads;
        private final Optional<Form.Panels> dz;
        private final Optional<Form.Panels> eps;
        private final Optional<Form.Partials> weights;
        private final boolean weighsDz;
        private final boolean kl;
        private final boolean ratio;
        private final boolean dreg;
        private final Optional<Form.Panels> klMeans;
        private final float nats;
        private final float[] prior;
        private final float[][] scales;
        private final int samples;

        Backward(Machine machine, Stage.LatentBackward stage) {
            this.machine = machine;
            Memory memory = machine.memory;
            work = memory.work;
            heads = memory.panels(stage.heads());
            dHeads = memory.panels(stage.dHeads());
            dz = stage.dz().map(memory::panels);
            eps = stage.eps().map(memory::panels);
            weights = stage.weights().map(memory::partials);
            weighsDz = stage.weighsDz();
            kl = stage.kl().isPresent();
            ratio = stage.ratio().isPresent();
            dreg = stage.ratio().map(Op.LogRatioBackward::dreg).orElse(false);
            Optional<Op.FreeBits> free = stage.kl().flatMap(Op.KlBackward::freeBits);
            klMeans = free.map(f -> memory.panels(f.klMeans()));
            nats = free.map(f -> (float) f.nats()).orElse(0f);
            Prior of = stage.ratio().map(Op.LogRatioBackward::prior).or(() -> stage.kl().map(Op.KlBackward::prior)).orElse(Prior.STANDARD);
            prior = prior(of, heads.columns());
            scales = new float[machine.members][PANEL];
            samples = stage.samples();
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int rows = (r1 - r0) / samples;
            int at = r0 * PANEL;
            int example = r0 / samples * PANEL;
            Elementwise loops = machine.elementwise;
            for (int p = 0; p < heads.panels(); p++) {
                int mu = heads.panel(p) + example;
                int logVar = heads.panel(heads.panels() + p) + example;
                int dMu = dHeads.panel(p) + example;
                int dLogVar = dHeads.panel(dHeads.panels() + p) + example;
                boolean add = dz.isPresent();
                if (add) {
                    loops.sampleBackward(work, dz.get().panel(p) + at, weighsDz ? weights.orElseThrow().at() + r0 : -1, dreg, logVar,
                            eps.orElseThrow().panel(p) + at, dMu, dLogVar, rows, samples, heads.valid(p));
                }
                if (kl) {
                    klScales(scales[member], p, step.beta() * step.invRows());
                    loops.klBackward(add, work, mu, logVar, prior, p * 3 * PANEL, scales[member], dMu, dLogVar, rows, heads.valid(p));
                }
                if (ratio) {
                    loops.ratioBackward(add, dreg, work, mu, logVar, eps.orElseThrow().panel(p) + at, weights.orElseThrow().at() + r0,
                            prior, p * 3 * PANEL, dMu, dLogVar, rows, samples, heads.valid(p), step.invRows());
                }
            }
        }

        /// β/B for every latent, and nothing for one whose KL is within what it has for free.
        private void klScales(float[] to, int p, float scale) {
            Arrays.fill(to, scale);
            for (int c = 0; c < heads.valid(p) && klMeans.isPresent(); c++) {
                to[c] = work[klMeans.get().panel(p) + c] > nats ? scale : 0;
            }
        }
    }

    /// softmax and log-mean-exp over the samples of every example, in double but for the exponential.
    static final class Weights implements Kernel {
        private final float[] work;
        private final Form.Partials ll;
        private final Form.Partials ratio;
        private final Form.Partials bound;
        private final Optional<Form.Partials> weights;
        private final Optional<Form.Partials> squares;
        private final int samples;
        private final double[][] logs;

        Weights(Machine machine, Stage.ImportanceWeights stage) {
            Memory memory = machine.memory;
            work = memory.work;
            ll = memory.partials(stage.op().ll());
            ratio = memory.partials(stage.op().ratio());
            bound = memory.partials(stage.op().bound());
            weights = stage.op().weights().map(memory::partials);
            squares = stage.op().squares().map(memory::partials);
            samples = stage.samples();
            logs = new double[machine.members][samples];
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            for (int e = r0 / samples; e < r1 / samples; e++) {
                example(logs[member], e);
            }
        }

        private void example(double[] log, int e) {
            double most = Double.NEGATIVE_INFINITY;
            for (int s = 0; s < samples; s++) {
                // as floats, which is what others read of these sums
                log[s] = (double) (float) ll.sum(work, e * samples + s) + (float) ratio.sum(work, e * samples + s);
                most = log[s] > most || Double.isNaN(log[s]) ? log[s] : most;
            }
            double sum = 0;
            double square = 0;
            for (int s = 0; s < samples; s++) {
                log[s] = ScalarMath.exp((float) (log[s] - most));
                sum += log[s];
                square += log[s] * log[s];
            }
            work[bound.at() + e] = (float) (most + StrictMath.log(sum / samples));
            if (squares.isPresent()) {
                work[squares.get().at() + e] = (float) (2 * most + StrictMath.log(square / samples));
            }
            for (int s = 0; s < samples && weights.isPresent(); s++) {
                work[weights.get().at() + e * samples + s] = (float) (log[s] / sum);
            }
        }
    }
}
