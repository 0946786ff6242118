package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;

import dev.fusedvae.plan.Step;
import dev.fusedvae.simd.Elementwise;
import dev.fusedvae.simd.VirtualLanes;
import java.util.Arrays;
import java.util.Optional;

/// What becomes of a piece of gradient that a member has just made in its tile: stored, its norm taken, or applied.
final class GradientSink {
    private final float[] state;
    private final float[] work;
    private final Elementwise elementwise;
    private final double[][] lanes;
    private final Optional<ParameterUpdate> update;
    private final Optional<Form.Partials> norm;
    private final Form form;

    GradientSink(Machine machine, Stage.Sink sink) {
        Memory memory = machine.memory;
        state = memory.state;
        work = memory.work;
        elementwise = machine.elementwise;
        lanes = new double[machine.members][VIRTUAL_LANES];
        update = sink.update().map(u -> new ParameterUpdate(machine, u));
        norm = sink.norm().map(memory::partials);
        form = memory.form(sink.update().map(u -> u.parameter()).orElse(sink.gradient()));
    }

    int pieces() {
        return Blocks.count(form);
    }

    /// Takes piece `i`, which lies at `tile` in `state`.
    void accept(int member, int i, int tile, Step step) {
        if (update.isPresent()) {
            update.get().apply(i, tile, 1, step);
        } else {
            System.arraycopy(state, tile, state, form.at() + Blocks.offset(form, i), Blocks.length(form, i));
        }
        if (norm.isPresent()) {
            work[norm.get().at() + i * norm.get().stride()] =
                    squares(elementwise, state, tile, Blocks.length(form, i), lanes[member]);
        }
    }

    static float squares(Elementwise elementwise, float[] state, int at, int count, double[] lanes) {
        Arrays.fill(lanes, 0);
        elementwise.sumOfSquares(state, at, count, lanes, 0);
        return (float) VirtualLanes.sum(lanes, 0);
    }
}
