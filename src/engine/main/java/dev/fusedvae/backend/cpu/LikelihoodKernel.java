package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;
import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;

import dev.fusedvae.plan.Step;
import dev.fusedvae.simd.Elementwise.Pass;
import dev.fusedvae.simd.VirtualLanes;
import dev.fusedvae.spec.Likelihood;
import java.util.Arrays;
import java.util.Optional;

/// log p(x|y) and its gradient over a tile of y; a sum per row and panel, so that no sum depends on who computed it.
final class LikelihoodKernel implements Kernel {
    private final Machine machine;
    private final float[] work;
    private final Likelihood likelihood;
    private final Pass pass;
    private final Form.Panels x;
    private final Form.Panels y;
    private final Form.Panels dY;
    private final Optional<Form.Partials> ll;
    private final Optional<Form.Partials> dLogVar;
    private final Optional<Form.Panels> dColumns;
    private final Optional<Form.Panels> logVar;
    private final int samples;
    private final int shares;
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
        boolean columns = likelihood.logVar() == Likelihood.LogVar.VECTOR;
        dLogVar = stage.dLogVar().filter(t -> !columns).map(memory::partials);
        dColumns = stage.dLogVar().filter(t -> columns).map(memory::panels);
        logVar = stage.logVar().map(memory::panels);
        samples = stage.samples();
        shares = stage.shares();
    }

    @Override
    public int panels() {
        return x.panels();
    }

    @Override
    public void run(int member, int r0, int r1, int p0, int p1, Step step) {
        int lanes = machine.memory.lanes(member);
        int shared = lanes + VIRTUAL_LANES * Machine.roundUp4(samples == 1 ? r1 - r0 : Math.min(samples, r1 - r0));
        float scale = step.invRows() / shares;
        for (int p = p0; p < p1; p++) {
            for (int r = r0, rows; r < r1; r += rows) {
                // the samples of one example share a row of x
                rows = samples == 1 ? r1 - r0 : Math.min(r1, (r / samples + 1) * samples) - r;
                Arrays.fill(work, lanes, lanes + VIRTUAL_LANES * rows, 0);
                if (dLogVar.isPresent()) {
                    Arrays.fill(work, shared, shared + VIRTUAL_LANES * rows, 0);
                }
                tile(p, r, rows, lanes, shared, scale);
                if (ll.isPresent()) {
                    sums(lanes, rows, ll.get(), p, r);
                }
                if (dLogVar.isPresent()) {
                    sums(shared, rows, dLogVar.get(), p, r);
                }
            }
        }
    }

    private void tile(int p, int r0, int rows, int lanes, int shared, float scale) {
        int at = r0 * PANEL;
        int valid = x.valid(p);
        int xAt = x.panel(p) + r0 / samples * PANEL;
        int xStep = samples == 1 ? PANEL : 0;
        int mean = y.panel(p) + at;
        int dMean = dY.panel(p) + at;
        switch (likelihood) {
            case Likelihood.Bernoulli l ->
                    machine.elementwise.bernoulli(pass, work, mean, xAt, xStep, dMean, lanes, rows, valid, scale);
            case Likelihood.ContinuousBernoulli l ->
                    machine.elementwise.continuousBernoulli(pass, work, mean, xAt, xStep, dMean, lanes, rows, valid, scale);
            case Likelihood.GaussianVector l ->
                    machine.elementwise.gaussianColumns(pass, work, mean, xAt, xStep, dMean,
                            dColumns.map(d -> d.panel(p)).orElse(0) + at, lanes, rows, valid, state, logVar.orElseThrow().panel(p), scale);
            case Likelihood.Gaussian l ->
                    machine.elementwise.gaussian(pass, work, mean, xAt, xStep, dMean, lanes, rows, valid, (float) l.variance(), scale);
            case Likelihood.GaussianScalar l ->
                    machine.elementwise.gaussianShared(pass, work, mean, xAt, xStep, dMean, lanes, shared, rows, valid, state[logVar.orElseThrow().at()], scale);
            case Likelihood.GaussianFeature l ->
                    machine.elementwise.gaussianPerFeature(pass, work, mean, y.panel(y.panels() + p) + at, xAt, xStep,
                            dMean, dY.panel(dY.panels() + p) + at, lanes, rows, valid, scale);
        }
    }

    private void sums(int lanes, int rows, Form.Partials to, int p, int r0) {
        for (int r = 0; r < rows; r++) {
            work[to.at() + p * to.stride() + r0 + r] = (float) VirtualLanes.sum(work, lanes + r * VIRTUAL_LANES);
        }
    }
}
