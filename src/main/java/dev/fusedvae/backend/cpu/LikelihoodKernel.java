package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Step;
import dev.fusedvae.simd.Elementwise.Pass;
import dev.fusedvae.simd.VirtualLanes;
import dev.fusedvae.spec.Likelihood;
import java.util.Arrays;
import java.util.Optional;

/// log p(x|y) and its gradient over a tile of y; a sum per row and panel, so that no sum depends on who computed it.
final class LikelihoodKernel implements Kernel {
    private static final int LANES = 16;

    private final Machine machine;
    private final float[] work;
    private final Likelihood likelihood;
    private final Pass pass;
    private final Form.Panels x;
    private final Form.Panels y;
    private final Form.Panels dY;
    private final Optional<Form.Partials> ll;
    private final Optional<Form.Partials> dLogVar;
    private final int logVar;
    private final float[] state;

    LikelihoodKernel(Machine machine, Stage.LogLikelihood stage) {
        this.machine = machine;
        Memory memory = machine.memory;
        work = memory.work;
        state = memory.state;
        likelihood = stage.likelihood();
        pass = stage.dY().isEmpty() ? Pass.VALUE : stage.ll().isEmpty() ? Pass.GRADIENT : Pass.BOTH;
        x = memory.panels(stage.x());
        y = memory.panels(stage.y());
        dY = memory.panels(stage.dY().orElse(stage.y()));
        ll = stage.ll().map(memory::partials);
        dLogVar = stage.dLogVar().map(memory::partials);
        logVar = stage.logVar().map(t -> memory.panels(t).at()).orElse(0);
    }

    @Override
    public int panels() {
        return x.panels();
    }

    @Override
    public void run(int member, int r0, int r1, int p0, int p1, Step step) {
        int rows = r1 - r0;
        int lanes = machine.memory.lanes(member);
        int shared = lanes + LANES * Machine.roundUp4(rows);
        for (int p = p0; p < p1; p++) {
            Arrays.fill(work, lanes, shared + LANES * rows, 0);
            tile(p, r0, rows, lanes, shared, step.invRows());
            if (ll.isPresent()) {
                sums(lanes, rows, ll.get(), p, r0);
            }
            if (dLogVar.isPresent()) {
                sums(shared, rows, dLogVar.get(), p, r0);
            }
        }
    }

    private void tile(int p, int r0, int rows, int lanes, int shared, float scale) {
        int at = r0 * Form.PANEL;
        int valid = x.valid(p);
        int xAt = x.panel(p) + at;
        int mean = y.panel(p) + at;
        int dMean = dY.panel(p) + at;
        switch (likelihood) {
            case Likelihood.Bernoulli l ->
                    machine.elementwise.bernoulli(pass, work, mean, xAt, dMean, lanes, rows, valid, scale);
            case Likelihood.Gaussian l ->
                    machine.elementwise.gaussian(pass, work, mean, xAt, dMean, lanes, rows, valid, (float) l.variance(), scale);
            case Likelihood.GaussianScalar l ->
                    machine.elementwise.gaussianShared(pass, work, mean, xAt, dMean, lanes, shared, rows, valid, state[logVar], scale);
            case Likelihood.GaussianFeature l ->
                    machine.elementwise.gaussianPerFeature(pass, work, mean, y.panel(y.panels() + p) + at, xAt,
                            dMean, dY.panel(dY.panels() + p) + at, lanes, rows, valid, scale);
        }
    }

    private void sums(int lanes, int rows, Form.Partials to, int p, int r0) {
        for (int r = 0; r < rows; r++) {
            work[to.at() + p * to.stride() + r0 + r] = (float) VirtualLanes.sum(work, lanes + r * LANES);
        }
    }
}
