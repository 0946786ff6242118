package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Step;
import dev.fusedvae.spec.Activation;
import java.util.Optional;

/// out = act(x Wᵀ + b), panel by panel, so that bias, activation and likelihood meet a tile that is still in cache.
final class LinearKernel implements Kernel {
    private final Machine machine;
    private final float[] work;
    private final float[] state;
    private final Form.Panels x;
    private final Form.Panels w;
    private final Form.Panels out;
    private final Optional<Form.Panels> bias;
    private final Optional<Form.Panels> kept;
    private final Activation activation;
    private final Optional<LikelihoodKernel> likelihood;
    /// For each member, the inputs of a single row that are not zero.
    private final int[][] terms;

    LinearKernel(Machine machine, Stage.Linear stage) {
        this.machine = machine;
        Memory memory = machine.memory;
        work = memory.work;
        state = memory.state;
        x = memory.panels(stage.x());
        w = memory.weight(stage.layer().weight()).transposed();
        out = memory.panels(stage.out());
        bias = stage.biased() ? stage.layer().bias().map(memory::panels) : Optional.empty();
        kept = stage.preActivation().map(memory::panels);
        activation = stage.activation();
        terms = new int[machine.members][x.columns()];
        likelihood = stage.likelihood().map(l -> new LikelihoodKernel(machine, l));
    }

    @Override
    public int panels() {
        return w.panels();
    }

    @Override
    public void run(int member, int r0, int r1, int p0, int p1, Step step) {
        if (r1 - r0 == 1) {
            row(member, r0, p0, p1);
        }
        int rows = r1 - r0 == 1 ? 1 : Machine.roundUp4(r1 - r0);
        for (int p = p0; p < p1; p++) {
            for (int part = 0; part < w.parts(); part++) {
                tile(part * w.panels() + p, r0, rows);
            }
            if (likelihood.isPresent()) {
                likelihood.get().run(member, r0, r1, p, p + 1, step);
            }
        }
    }

    /// The products of a single row, all panels at once: they run at the speed of the weights' memory.
    private void row(int member, int r0, int p0, int p1) {
        int at = r0 * Form.PANEL;
        for (int part = 0; part < w.parts(); part++) {
            int first = part * w.panels() + p0;
            machine.gemm.row(p1 - p0, x.columns(), work, x.at() + at, x.stride(), state, w.panel(first), w.stride(),
                    work, out.panel(first) + at, out.stride(), terms[member]);
        }
    }

    private void tile(int p, int r0, int rows) {
        int at = r0 * Form.PANEL;
        int to = out.panel(p) + at;
        if (rows > 1) {
            machine.gemm.rows(rows, x.columns(), work, x.at() + at, x.stride(), state, w.panel(p), work, to);
        }
        if (bias.isPresent() && kept.isPresent()) {
            machine.elementwise.biasActivateKeep(activation, work, to, rows, state, bias.get().panel(p), kept.get().panel(p) + at, to);
        } else if (bias.isPresent()) {
            machine.elementwise.biasActivate(activation, work, to, rows, state, bias.get().panel(p), to);
        } else {
            if (kept.isPresent()) {
                System.arraycopy(work, to, work, kept.get().panel(p) + at, rows * Form.PANEL);
            }
            if (activation != Activation.IDENTITY) {
                machine.elementwise.activate(activation, work, to, rows * Form.PANEL, to);
            }
        }
    }
}
