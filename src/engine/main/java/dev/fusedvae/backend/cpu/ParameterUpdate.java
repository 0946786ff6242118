package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;

import dev.fusedvae.graph.Op;
import dev.fusedvae.plan.Step;
import dev.fusedvae.simd.AdamRule;
import dev.fusedvae.simd.Elementwise;
import dev.fusedvae.spec.OptimizerSpec;
import java.util.Optional;

/// The optimizer over pieces of a parameter, wherever their gradient comes from.
final class ParameterUpdate {
    private final Machine machine;
    private final Elementwise elementwise;
    private final float[] state;
    private final OptimizerSpec optimizer;
    private final AdamRule rule;
    private final Optional<Op.Clip> clip;
    private final Form parameter;
    private final int first;
    private final int second;
    private final int copyAt;
    private final int copyStride;

    ParameterUpdate(Machine machine, Op.Update op) {
        this.machine = machine;
        Memory memory = machine.memory;
        elementwise = machine.elementwise;
        state = memory.state;
        optimizer = op.optimizer();
        rule = switch (optimizer) {
            case OptimizerSpec.Adam a -> AdamRule.of(a.beta1(), a.beta2(), a.epsilon());
            case OptimizerSpec.AdamW a -> AdamRule.of(a.beta1(), a.beta2(), a.epsilon());
            case OptimizerSpec.Sgd s -> AdamRule.of(0, 0, 1);
        };
        clip = op.clip();
        parameter = memory.form(op.parameter());
        first = memory.form(op.state().getFirst()).at();
        second = memory.form(op.state().getLast()).at();
        Optional<Form.Panels> copy = memory.copy(op.parameter());
        copyAt = copy.map(Form.Panels::at).orElse(-1);
        copyStride = copy.map(Form.Panels::stride).orElse(0);
    }

    int pieces() {
        return Blocks.count(parameter);
    }

    /// Updates piece `i` from a gradient at `gradient` in `state`, and the transposed copy with it.
    void apply(int i, int gradient, float scale, Step step) {
        int offset = Blocks.offset(parameter, i);
        int count = Blocks.length(parameter, i);
        int w = parameter.at() + offset;
        switch (optimizer) {
            case OptimizerSpec.Adam a -> elementwise.adam(state, w, first + offset, second + offset, gradient, count, rule,
                    step.rateOverBc1(), step.rsqrtBc2(), 1, scale);
            case OptimizerSpec.AdamW a -> elementwise.adam(state, w, first + offset, second + offset, gradient, count, rule,
                    step.rateOverBc1(), step.rsqrtBc2(), step.decay(), scale);
            case OptimizerSpec.Sgd s -> elementwise.sgd(state, w, first + offset, gradient, count, (float) s.momentum(), step.rate(), scale);
        }
        if (copyAt >= 0 && parameter instanceof Form.Weight weight) {
            int panel = i / weight.rowBlocks();
            int block = i % weight.rowBlocks();
            Transpose.block(count / PANEL, PANEL, state, w, state, copyAt + block * copyStride + panel * PANEL * PANEL);
        }
    }

    /// The factor that clipping puts on gradients: the partial norms added up in one fixed order, by every member.
    float scale() {
        if (clip.isEmpty()) {
            return 1;
        }
        double squares = 0;
        for (int i = 0; i < clip.get().norms().size(); i++) {
            squares += machine.memory.partials(clip.get().norms().get(i)).sum(machine.memory.work, 0);
        }
        return (float) Math.min(1, clip.get().norm() / (Math.sqrt(squares) + 1e-6));
    }
}
