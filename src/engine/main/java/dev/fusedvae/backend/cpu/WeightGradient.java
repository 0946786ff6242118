package dev.fusedvae.backend.cpu;

import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Step;
import java.util.Optional;

/// dW = dYᵀ X in 32 x 32 blocks, each from start to end in one chunk, and db beside some of them.
///
/// A batch of images has background: 53 % of the products of 12 neighbouring pixels of MNIST with a row of dY are with
/// zeros only. So where X is the input its panels are looked through for the rows that count, once for all panels of dY,
/// and the others are left out; activations are too dense for that.
final class WeightGradient implements CpuCall {
    /// Share of the rows beyond which a list saves less than it costs.
    private static final double DENSE = 0.95;

    private final Machine machine;
    private final float[] state;
    private final float[] work;
    private final Form.Panels dY;
    private final Form.Panels x;
    private final Optional<Form.Partials> weights;
    /// One panel of dY for each member, its rows weighed: used for all blocks of the panel while it is in cache.
    private final float[][] weighed;
    private final int samples;
    private final int rowBlocks;
    private final int chunks;
    private final GradientSink weight;
    private final Optional<GradientSink> bias;
    private final boolean listed;
    /// For each member, the rows that count in the panel of X it is at.
    private final int[][] terms;
    private final int list;

    WeightGradient(Machine machine, Stage.WeightGradient stage) {
        this.machine = machine;
        Memory memory = machine.memory;
        state = memory.state;
        work = memory.work;
        dY = memory.panels(stage.dY());
        x = memory.panels(stage.x());
        rowBlocks = x.panels();
        weights = stage.weights().map(memory::partials);
        weighed = new float[weights.isPresent() ? machine.members : 0][Memory.FIRST_LINE + dY.stride()];
        samples = stage.samples();
        weight = new GradientSink(machine, stage.weight());
        chunks = Cutting.blocks(weight.pieces(), machine.members);
        bias = stage.bias().map(b -> new GradientSink(machine, b));
        listed = stage.x().role() == Tensor.Role.INPUT && weights.isEmpty();
        list = x.rows() + 1;
        terms = new int[listed ? machine.members : 0][Gemm.GROUPS * list];
    }

    @Override
    public int chunks() {
        return chunks;
    }

    @Override
    public void run(int member, int chunk, Step step) {
        int pieces = weight.pieces();
        int from = Share.from(pieces, chunk, chunks);
        int to = Share.to(pieces, chunk, chunks);
        if (listed) {
            blockByBlock(member, from, to, step);
        } else {
            panelByPanel(member, from, to, step);
        }
    }

    /// All blocks of X for one panel of dY after the other.
    private void panelByPanel(int member, int from, int to, Step step) {
        int tile = machine.memory.gradientTile(member);
        int rows = step.rows() * samples;
        int before = -1;
        for (int i = from; i < to; i++) {
            int panel = i / rowBlocks;
            int block = i % rowBlocks;
            if (panel != before && weights.isPresent()) {
                machine.elementwise.scaleRows(work, dY.panel(panel), work, weights.get().at(), false, weighed[member], Memory.FIRST_LINE, rows);
                before = panel;
            }
            float[] array = weights.isPresent() ? weighed[member] : work;
            int at = weights.isPresent() ? Memory.FIRST_LINE : dY.panel(panel);
            machine.gemm.columns(Machine.roundUp4(x.valid(block)), rows, work, x.panel(block), array, at, state, tile);
            weight.accept(member, i, tile, step);
            if (block == 0) {
                bias(member, panel, array, at, rows, step);
            }
        }
    }

    /// All panels of dY for one block of X after the other.
    private void blockByBlock(int member, int from, int to, Step step) {
        int tile = machine.memory.gradientTile(member);
        int rows = step.rows() * samples;
        int panels = weight.pieces() / rowBlocks;
        boolean sparse = false;
        for (int j = from; j < to; j++) {
            int block = j / panels;
            int panel = j % panels;
            int height = Machine.roundUp4(x.valid(block));
            if (j == from || panel == 0) {
                machine.gemm.columnTerms(rows, work, x.panel(block), terms[member], list);
                sparse = share(terms[member], height, rows) <= DENSE;
            }
            if (sparse) {
                machine.gemm.columns(height, work, x.panel(block), terms[member], list, work, dY.panel(panel), state, tile);
            } else {
                machine.gemm.columns(height, rows, work, x.panel(block), work, dY.panel(panel), state, tile);
            }
            weight.accept(member, panel * rowBlocks + block, tile, step);
            if (block == panel % rowBlocks) { // not all at block 0, so that they spread over the chunks
                bias(member, panel, work, dY.panel(panel), rows, step);
            }
        }
    }

    /// The share of a block's products that its lists ask for.
    private double share(int[] lists, int height, int rows) {
        long products = 0;
        for (int g = 0; g * Gemm.GROUP < height; g++) {
            products += (long) lists[g * list] * Math.min(Gemm.GROUP, height - g * Gemm.GROUP);
        }
        return (double) products / ((long) height * rows);
    }

    private void bias(int member, int panel, float[] array, int at, int rows, Step step) {
        if (bias.isPresent()) {
            int tile = machine.memory.gradientTile(member);
            SumCalls.sumRows(array, at, rows, state, tile);
            bias.get().accept(member, panel, tile, step);
        }
    }
}
