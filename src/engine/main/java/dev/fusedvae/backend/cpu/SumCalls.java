package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;
import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;

import dev.fusedvae.graph.Op;
import dev.fusedvae.plan.Step;
import java.util.Arrays;
import java.util.Optional;

/// Calls that sum over the rows of the batch, and what follows from the sums. Every sum has one owner and one order.
final class SumCalls {
    private SumCalls() {}

    static CpuCall of(Machine machine, Stage stage, double[] metrics) {
        return switch (stage) {
            case Stage.WeightGradient s -> new WeightGradient(machine, s);
            case Stage.ColumnSum s -> new ColumnSum(machine, s);
            case Stage.SquaredNorm s -> new SquaredNorm(machine, s);
            case Stage.Update s -> new Update(machine, s);
            case Stage.ReduceLoss s -> new ReduceLoss(machine, s, metrics);
            case Stage.KlColumns s -> new KlColumns(machine, s);
            default -> throw new IllegalStateException(stage + " works by rows");
        };
    }

    /// to[0..32) = Σ_r panel row r, row by row.
    static void sumRows(float[] work, int panel, int rows, float[] state, int to) {
        Arrays.fill(state, to, to + PANEL, 0);
        for (int r = 0; r < rows; r++) {
            int from = panel + r * PANEL;
            for (int c = 0; c < PANEL; c++) {
                state[to + c] += work[from + c];
            }
        }
    }

    /// A sum over rows by itself: of a bias where nothing is fused, of a parameter that all rows share.
    private static final class ColumnSum implements CpuCall {
        private final Machine machine;
        private final Form dY;
        private final Optional<Form.Partials> weights;
        private final float[][] weighed;
        private final int samples;
        private final GradientSink sink;

        ColumnSum(Machine machine, Stage.ColumnSum stage) {
            this.machine = machine;
            dY = machine.memory.form(stage.dY());
            weights = stage.weights().map(machine.memory::partials);
            boolean panels = weights.isPresent() && dY instanceof Form.Panels;
            weighed = new float[panels ? machine.members : 0][panels ? Memory.FIRST_LINE + ((Form.Panels) dY).stride() : 0];
            samples = stage.samples();
            sink = new GradientSink(machine, stage.sink());
        }

        @Override
        public int chunks() {
            return Cutting.blocks(sink.pieces(), machine.members);
        }

        @Override
        public void run(int member, int chunk, Step step) {
            int tile = machine.memory.gradientTile(member);
            float[] state = machine.memory.state;
            int pieces = sink.pieces();
            for (int i = Share.from(pieces, chunk, chunks()); i < Share.to(pieces, chunk, chunks()); i++) {
                switch (dY) {
                    case Form.Panels p -> panel(member, p.panel(i), step.rows() * samples, tile);
                    case Form.Partials p -> {
                        Arrays.fill(state, tile, tile + PANEL, 0);
                        state[tile] = (float) (weights.isPresent()
                                ? weighedTotal(p, weights.get(), machine.memory.work, step.rows() * samples)
                                : total(p, machine.memory.work, step.rows() * samples));
                    }
                    case Form.Weight w -> throw new IllegalStateException("a weight has no rows of a batch");
                }
                sink.accept(member, i, tile, step);
            }
        }

        private void panel(int member, int at, int rows, int tile) {
            float[] work = machine.memory.work;
            if (weights.isEmpty()) {
                sumRows(work, at, rows, machine.memory.state, tile);
                return;
            }
            machine.elementwise.scaleRows(work, at, work, weights.get().at(), false, weighed[member], Memory.FIRST_LINE, rows);
            sumRows(weighed[member], Memory.FIRST_LINE, rows, machine.memory.state, tile);
        }
    }

    private static double weighedTotal(Form.Partials p, Form.Partials weights, float[] work, int rows) {
        double sum = 0;
        for (int r = 0; r < rows; r++) {
            sum += p.sum(work, r) * work[weights.at() + r];
        }
        return sum;
    }

    private static double total(Form.Partials p, float[] work, int rows) {
        double sum = 0;
        for (int r = 0; r < rows; r++) {
            sum += p.sum(work, r);
        }
        return sum;
    }

    private static final class SquaredNorm implements CpuCall {
        private final Machine machine;
        private final Form gradient;
        private final Form.Partials partial;
        private final double[][] lanes;

        SquaredNorm(Machine machine, Stage.SquaredNorm stage) {
            this.machine = machine;
            gradient = machine.memory.form(stage.gradient());
            partial = machine.memory.partials(stage.partial());
            lanes = new double[machine.members][VIRTUAL_LANES];
        }

        @Override
        public int chunks() {
            return Cutting.blocks(Blocks.count(gradient), machine.members);
        }

        @Override
        public void run(int member, int chunk, Step step) {
            int pieces = Blocks.count(gradient);
            for (int i = Share.from(pieces, chunk, chunks()); i < Share.to(pieces, chunk, chunks()); i++) {
                machine.memory.work[partial.at() + i * partial.stride()] = GradientSink.squares(machine.elementwise,
                        machine.memory.state, gradient.at() + Blocks.offset(gradient, i), Blocks.length(gradient, i), lanes[member]);
            }
        }
    }

    /// All parameters as one list of pieces.
    private static final class Update implements CpuCall {
        private final Machine machine;
        private final ParameterUpdate[] updates;
        private final Form[] gradients;
        private final int[] firstPiece;

        Update(Machine machine, Stage.Update stage) {
            this.machine = machine;
            int n = stage.updates().size();
            updates = new ParameterUpdate[n];
            gradients = new Form[n];
            firstPiece = new int[n + 1];
            for (int u = 0; u < n; u++) {
                Op.Update op = stage.updates().get(u);
                updates[u] = new ParameterUpdate(machine, op);
                gradients[u] = machine.memory.form(op.gradient());
                firstPiece[u + 1] = firstPiece[u] + updates[u].pieces();
            }
        }

        @Override
        public int chunks() {
            return Cutting.blocks(firstPiece[updates.length], machine.members);
        }

        @Override
        public void run(int member, int chunk, Step step) {
            int all = firstPiece[updates.length];
            int from = Share.from(all, chunk, chunks());
            int to = Share.to(all, chunk, chunks());
            float scale = updates[0].scale();
            for (int u = 0; u < updates.length; u++) {
                int begin = Math.max(from, firstPiece[u]) - firstPiece[u];
                int end = Math.min(to, firstPiece[u + 1]) - firstPiece[u];
                for (int i = begin; i < end; i++) {
                    updates[u].apply(i, gradients[u].at() + Blocks.offset(gradients[u], i), scale, step);
                }
            }
        }
    }

    private static final class ReduceLoss implements CpuCall {
        private final Machine machine;
        private final Form.Partials ll;
        private final Optional<Form.Partials> kl;
        private final Form.Panels slot;
        private final int samples;
        private final double[] metrics;

        ReduceLoss(Machine machine, Stage.ReduceLoss stage, double[] metrics) {
            this.machine = machine;
            ll = machine.memory.partials(stage.ll());
            kl = stage.kl().map(machine.memory::partials);
            slot = machine.memory.panels(stage.metrics());
            samples = stage.samples();
            this.metrics = metrics;
        }

        @Override
        public int chunks() {
            return 1;
        }

        @Override
        public void run(int member, int chunk, Step step) {
            float[] work = machine.memory.work;
            metrics[0] = total(ll, work, step.rows() * samples) / samples;
            metrics[1] = kl.isPresent() ? total(kl.get(), work, step.rows()) : 0;
            work[slot.at()] = (float) metrics[0];
            work[slot.at() + 1] = (float) metrics[1];
        }
    }

    /// The mean KL of every latent over the batch; a panel of latents has one owner.
    private static final class KlColumns implements CpuCall {
        private final Machine machine;
        private final Form.Panels heads;
        private final Form.Panels means;
        private final float[] prior;

        KlColumns(Machine machine, Stage.KlColumns stage) {
            this.machine = machine;
            heads = machine.memory.panels(stage.heads());
            means = machine.memory.panels(stage.means());
            prior = SampleKernels.prior(stage.prior(), heads.columns());
        }

        @Override
        public int chunks() {
            return Cutting.blocks(heads.panels(), machine.members);
        }

        @Override
        public void run(int member, int chunk, Step step) {
            for (int p = Share.from(heads.panels(), chunk, chunks()); p < Share.to(heads.panels(), chunk, chunks()); p++) {
                machine.elementwise.klColumns(machine.memory.work, heads.panel(p), heads.panel(heads.panels() + p), prior, p * 3 * PANEL,
                        means.panel(p), step.rows(), step.invRows());
            }
        }
    }
}
