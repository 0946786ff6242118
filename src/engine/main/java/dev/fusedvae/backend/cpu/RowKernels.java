package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;

import dev.fusedvae.plan.Step;
import dev.fusedvae.spec.Activation;
import java.util.Optional;

/// The other stages whose rows do not depend on each other.
final class RowKernels {
    private RowKernels() {}

    static Kernel of(Machine machine, Stage stage) {
        return switch (stage) {
            case Stage.Gather s -> new GatherKernel(machine, s);
            case Stage.Linear s -> new LinearKernel(machine, s);
            case Stage.Bias s -> new Bias(machine, s);
            case Stage.Activate s -> new Activate(machine, s);
            case Stage.Noise s -> new LatentKernels.Noise(machine, s);
            case Stage.Reparameterize s -> LatentKernels.reparameterize(machine, s);
            case Stage.LogLikelihood s -> new LikelihoodKernel(machine, s);
            case Stage.DataGradient s -> new DataGradient(machine, s);
            case Stage.ActivateBackward s -> new ActivateBackward(machine, s);
            case Stage.LatentBackward s -> LatentKernels.backward(machine, s);
            case Stage.Sample s -> new GibbsKernels.Sample(machine, s);
            case Stage.Contrast s -> new GibbsKernels.Contrast(machine, s);
            case Stage.Corrupt s -> new ObjectiveKernels.Corrupt(machine, s);
            case Stage.L1Penalty s -> new ObjectiveKernels.L1Penalty(machine, s);
            case Stage.L1Backward s -> new ObjectiveKernels.L1Backward(machine, s);
            case Stage.WeightRows s -> new ObjectiveKernels.WeightRows(machine, s);
            case Stage.ImportanceWeights s -> new SampleKernels.Weights(machine, s);
            case Stage.KlColumns s -> throw notByRows(s);
            case Stage.Add s -> new Add(machine, s);
            case Stage.WeightGradient s -> throw notByRows(s);
            case Stage.ColumnSum s -> throw notByRows(s);
            case Stage.SquaredNorm s -> throw notByRows(s);
            case Stage.Update s -> throw notByRows(s);
            case Stage.ReduceLoss s -> throw notByRows(s);
        };
    }

    private static IllegalStateException notByRows(Stage stage) {
        return new IllegalStateException(stage + " sums over rows");
    }

    /// Whether rows of the stage can be computed one without the other.
    static boolean byRows(Stage stage) {
        return switch (stage) {
            case Stage.Gather s -> true;
            case Stage.Linear s -> true;
            case Stage.Bias s -> true;
            case Stage.Activate s -> true;
            case Stage.Noise s -> true;
            case Stage.Reparameterize s -> true;
            case Stage.LogLikelihood s -> true;
            case Stage.DataGradient s -> true;
            case Stage.ActivateBackward s -> true;
            case Stage.LatentBackward s -> true;
            case Stage.Sample s -> true;
            case Stage.Contrast s -> true;
            case Stage.Corrupt s -> true;
            case Stage.L1Penalty s -> true;
            case Stage.L1Backward s -> true;
            case Stage.WeightRows s -> true;
            case Stage.ImportanceWeights s -> true;
            case Stage.KlColumns s -> false;
            case Stage.Add s -> true;
            case Stage.WeightGradient s -> false;
            case Stage.ColumnSum s -> false;
            case Stage.SquaredNorm s -> false;
            case Stage.Update s -> false;
            case Stage.ReduceLoss s -> false;
        };
    }

    /// Whether the stage may be cut along the panels of its output: no panel needs another.
    static boolean byPanels(Stage stage) {
        return stage instanceof Stage.Linear || stage instanceof Stage.DataGradient;
    }

    /// out = (dY W) ⊙ act′(saved).
    private static final class DataGradient implements Kernel {
        private final Machine machine;
        private final Form.Panels dY;
        private final Form.Panels w;
        private final Form.Panels out;
        private final Activation activation;
        private final Optional<Form.Panels> saved;

        DataGradient(Machine machine, Stage.DataGradient stage) {
            this.machine = machine;
            Memory memory = machine.memory;
            dY = memory.panels(stage.dY());
            w = memory.copy(stage.layer().weight()).orElseThrow();
            out = memory.panels(stage.out());
            activation = stage.activation();
            saved = stage.saved().map(memory::panels);
        }

        @Override
        public int panels() {
            return w.panels();
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int rows = Machine.roundUp4(r1 - r0);
            int at = r0 * PANEL;
            float[] work = machine.memory.work;
            for (int p = p0; p < p1; p++) {
                int to = out.panel(p) + at;
                machine.gemm.rows(rows, dY.depth(), work, dY.at() + at, dY.stride(), machine.memory.state, w.panel(p), work, to);
                if (saved.isPresent()) {
                    machine.elementwise.activateBackward(activation, work, to, saved.get().panel(p) + at, rows * PANEL, to);
                }
            }
        }
    }

    private static final class Bias implements Kernel {
        private final Machine machine;
        private final Form.Panels a;
        private final Form.Panels out;
        private final Form.Panels bias;

        Bias(Machine machine, Stage.Bias stage) {
            this.machine = machine;
            a = machine.memory.panels(stage.a());
            out = machine.memory.panels(stage.out());
            bias = machine.memory.panels(stage.layer().bias().orElseThrow());
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int at = r0 * PANEL;
            for (int p = 0; p < a.allPanels(); p++) {
                machine.elementwise.biasActivate(Activation.IDENTITY, machine.memory.work, a.panel(p) + at,
                        Machine.roundUp4(r1 - r0), machine.memory.state, bias.panel(p), out.panel(p) + at);
            }
        }
    }

    private static final class Activate implements Kernel {
        private final Machine machine;
        private final Activation activation;
        private final Form.Panels a;
        private final Form.Panels out;

        Activate(Machine machine, Stage.Activate stage) {
            this.machine = machine;
            activation = stage.activation();
            a = machine.memory.panels(stage.a());
            out = machine.memory.panels(stage.out());
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int at = r0 * PANEL;
            for (int p = 0; p < a.allPanels(); p++) {
                machine.elementwise.activate(activation, machine.memory.work, a.panel(p) + at,
                        Machine.roundUp4(r1 - r0) * PANEL, out.panel(p) + at);
            }
        }
    }

    private static final class ActivateBackward implements Kernel {
        private final Machine machine;
        private final Activation activation;
        private final Form.Panels dY;
        private final Form.Panels saved;
        private final Form.Panels out;

        ActivateBackward(Machine machine, Stage.ActivateBackward stage) {
            this.machine = machine;
            activation = stage.activation();
            dY = machine.memory.panels(stage.dY());
            saved = machine.memory.panels(stage.saved());
            out = machine.memory.panels(stage.out());
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            int at = r0 * PANEL;
            for (int p = 0; p < dY.allPanels(); p++) {
                machine.elementwise.activateBackward(activation, machine.memory.work, dY.panel(p) + at, saved.panel(p) + at,
                        Machine.roundUp4(r1 - r0) * PANEL, out.panel(p) + at);
            }
        }
    }

    private static final class Add implements Kernel {
        private final float[] work;
        private final Form.Panels a;
        private final Form.Panels b;
        private final Form.Panels out;

        Add(Machine machine, Stage.Add stage) {
            work = machine.memory.work;
            a = machine.memory.panels(stage.a());
            b = machine.memory.panels(stage.b());
            out = machine.memory.panels(stage.out());
        }

        @Override
        public void run(int member, int r0, int r1, int p0, int p1, Step step) {
            for (int p = 0; p < a.allPanels(); p++) {
                int from = a.panel(p);
                int other = b.panel(p);
                int to = out.panel(p);
                for (int i = r0 * PANEL; i < r1 * PANEL; i++) {
                    work[to + i] = work[from + i] + work[other + i];
                }
            }
        }
    }
}
