package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;

import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Step;
import dev.fusedvae.spec.Activation;
import java.util.Optional;

/// out = act(x Wᵀ + b), panel by panel, so that bias, activation and likelihood meet a tile that is still in cache.
///
/// Images have background, which half the pixels of MNIST are in all of 12 examples. And samples of one example follow each
/// other, and ReLU turns off the same units for most of them. Blocks of such rows leave those inputs out of the product (an
/// estimate of log p(x) with 784-400-20: 23 % of the time), and dense ones cost a look at one group of rows a block.
final class LinearKernel implements Kernel {
    /// Rows whose lists of terms are made at a time: eight groups, whose inputs stay in the second-level cache.
    private static final int BLOCK = 8 * Gemm.GROUP;
    /// Share of the inputs beyond which a list saves less than it costs.
    private static final double DENSE = 0.97;
    private static final int[] NONE = {};

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
    /// For each member, the inputs of a single row that are not zero, or lists of those of each group of a block.
    private final int[][] terms;
    private final boolean listed;
    private final int list;

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
        listed = stage.x().role() == Tensor.Role.INPUT || stage.out().samples() >= Gemm.GROUP;
        list = x.columns() + 1;
        terms = new int[machine.members][listed ? list * (BLOCK / Gemm.GROUP) : x.columns()];
        likelihood = stage.likelihood().map(l -> new LikelihoodKernel(machine, l));
    }

    @Override
    public int panels() {
        return w.panels();
    }

    @Override
    public void run(int member, int r0, int r1, int p0, int p1, Step step) {
        int block = listed ? BLOCK : r1 - r0;
        for (int r = r0; r < r1; r += block) {
            block(member, r, Math.min(r1, r + block), p0, p1, step);
        }
    }

    private void block(int member, int r0, int r1, int p0, int p1, Step step) {
        if (r1 - r0 == 1) {
            row(member, r0, p0, p1);
        }
        int rows = r1 - r0 == 1 ? 1 : Machine.roundUp4(r1 - r0);
        boolean sparse = listed && rows > 1 && lists(terms[member], r0, r1, rows);
        for (int p = p0; p < p1; p++) {
            for (int part = 0; part < w.parts(); part++) {
                int panel = part * w.panels() + p;
                if (rows > 1) {
                    product(panel, r0, rows, sparse ? terms[member] : NONE);
                }
                epilogue(panel, r0, rows);
            }
            if (likelihood.isPresent()) {
                likelihood.get().run(member, r0, r1, p, p + 1, step);
            }
        }
    }

    /// Lists the inputs of every group of rows that are not all zero; false where the first group has nearly all.
    ///
    /// Rows beyond `r1` are padding, which is computed and never read.
    private boolean lists(int[] to, int r0, int r1, int rows) {
        for (int r = 0, at = 0; r < rows; r += Gemm.GROUP, at += list) {
            int live = Math.min(Gemm.GROUP, r1 - r0 - r);
            to[at] = machine.gemm.terms(live, x.columns(), work, x.at() + (r0 + r) * PANEL, x.stride(), to, at + 1);
            if (r == 0 && to[0] > DENSE * x.columns()) {
                return false;
            }
        }
        return true;
    }

    /// The products of a single row, all panels at once: they run at the speed of the weights' memory.
    private void row(int member, int r0, int p0, int p1) {
        int at = r0 * PANEL;
        for (int part = 0; part < w.parts(); part++) {
            int first = part * w.panels() + p0;
            machine.gemm.row(p1 - p0, x.columns(), work, x.at() + at, x.stride(), state, w.panel(first), w.stride(),
                    work, out.panel(first) + at, out.stride(), terms[member]);
        }
    }

    /// x Wᵀ of one panel, over all inputs or over those of the lists.
    private void product(int p, int r0, int rows, int[] lists) {
        int at = r0 * PANEL;
        int to = out.panel(p) + at;
        if (lists.length == 0) {
            machine.gemm.rows(rows, x.columns(), work, x.at() + at, x.stride(), state, w.panel(p), work, to);
        } else {
            machine.gemm.rows(rows, work, x.at() + at, x.stride(), lists, list, state, w.panel(p), work, to);
        }
    }

    private void epilogue(int p, int r0, int rows) {
        int at = r0 * PANEL;
        int to = out.panel(p) + at;
        if (bias.isPresent() && kept.isPresent()) {
            machine.elementwise.biasActivateKeep(activation, work, to, rows, state, bias.get().panel(p), kept.get().panel(p) + at, to);
        } else if (bias.isPresent()) {
            machine.elementwise.biasActivate(activation, work, to, rows, state, bias.get().panel(p), to);
        } else {
            if (kept.isPresent()) {
                System.arraycopy(work, to, work, kept.get().panel(p) + at, rows * PANEL);
            }
            if (activation != Activation.IDENTITY) {
                machine.elementwise.activate(activation, work, to, rows * PANEL, to);
            }
        }
    }
}
