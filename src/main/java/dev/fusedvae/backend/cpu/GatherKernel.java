package dev.fusedvae.backend.cpu;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.plan.Step;
import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.Binarization;

/// x ← the examples of the step: picked by the order of the epoch, normalised, binarized.
final class GatherKernel implements Kernel {
    private final Machine machine;
    private final float[] work;
    private final Form.Panels x;
    private final Binarization binarization;
    private final float[] table = new float[256];
    private int tableDivisor;

    GatherKernel(Machine machine, Stage.Gather stage) {
        this.machine = machine;
        work = machine.memory.work;
        x = machine.memory.panels(stage.x());
        binarization = stage.binarization();
    }

    @Override
    public void run(int member, int r0, int r1, int p0, int p1, Step step) {
        Examples examples = machine.examples();
        Stream stream = binarization == Binarization.DYNAMIC
                ? new Stream(machine.feed().seed(), Purpose.BINARIZATION, 0) : null;
        for (int r = r0; r < r1; r++) {
            int from = machine.example(step, r) * x.columns();
            int to = x.at() + r * Form.PANEL;
            switch (examples) {
                case Examples.Bytes e -> bytes(e, from, to);
                case Examples.Floats e -> floats(e, from, to);
            }
        }
    }
}
