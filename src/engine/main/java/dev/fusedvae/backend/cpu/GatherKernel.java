package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.plan.Step;
import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Strips;
import dev.fusedvae.spec.Binarization;
import java.util.Arrays;

/// x ← the examples of the step: picked by the order of the epoch, normalised, binarized.
final class GatherKernel implements Kernel {
    /// The full scale of grey pixels, which have a law of binarization of their own.

    private final Machine machine;
    private final float[] work;
    private final Form.Panels x;
    private final Strips strips;
    private final Binarization binarization;
    private final float[][] rowOf;

    GatherKernel(Machine machine, Stage.Gather stage) {
        this.machine = machine;
        work = machine.memory.work;
        x = machine.memory.panels(stage.x());
        strips = x.strips();
        binarization = stage.binarization();
        rowOf = new float[binarization == Binarization.DYNAMIC ? machine.members : 0][x.columns()];
    }

    @Override
    public void run(int member, int r0, int r1, int p0, int p1, Step step) {
        Feed feed = machine.feed();
        Examples examples = feed.examples();
        for (int r = r0; r < r1; r++) {
            int from = machine.example(step, r) * x.columns();
            int to = x.at() + r * PANEL;
            switch (binarization) {
                case NONE -> copy(examples, from, to);
                case THRESHOLD -> {
                    copy(examples, from, to);
                    threshold(to);
                }
                case DYNAMIC -> draw(member, examples, from, to, step.step(), feed.noiseRow(step, r));
            }
            padding(to);
        }
    }

    /// Row `example` of the data, normalised, in panels.
    private void copy(Examples examples, int from, int to) {
        for (int p = 0; p < x.panels(); p++) {
            int at = to + p * x.stride();
            int start = from + p * PANEL;
            normalise(examples, start, work, at, x.valid(p));
            center(examples.mean(), p, at);
        }
    }

    private static void normalise(Examples examples, int from, float[] out, int to, int count) {
        switch (examples) {
            case Examples.Bytes e -> bytes(e.values(), e.table(), from, out, to, count);
            case Examples.Floats e -> floats(e.values(), e.offset(), e.divisor(), from, out, to, count);
        }
    }

    private static void bytes(byte[] values, float[] table, int from, float[] out, int to, int count) {
        for (int c = 0; c < count; c++) {
            out[to + c] = table[values[from + c] & 0xff];
        }
    }

    private static void floats(float[] values, float offset, float divisor, int from, float[] out, int to, int count) {
        if (offset == 0 && divisor == 1) { // as they are: the same bits, without 784 divisions a row
            System.arraycopy(values, from, out, to, count);
            return;
        }
        for (int c = 0; c < count; c++) {
            out[to + c] = (values[from + c] - offset) / divisor;
        }
    }

    private void center(float[] mean, int p, int to) {
        if (mean.length > 0) {
            for (int c = 0; c < x.valid(p); c++) {
                work[to + c] -= mean[p * PANEL + c];
            }
        }
    }

    private void threshold(int to) {
        for (int p = 0; p < x.panels(); p++) {
            int at = to + p * x.stride();
            for (int c = 0; c < x.valid(p); c++) {
                work[at + c] = work[at + c] >= 0.5f ? 1 : 0;
            }
        }
    }

    private void draw(int member, Examples examples, int from, int to, long step, long row) {
        switch (examples) {
            case Examples.Bytes e when e.grey() -> Binarizer.binarize(machine.binarization(), step, row, e.values(), from, strips, work, to);
            case Examples.Bytes e -> drawFloats(member, e, from, to, step, row);
            case Examples.Floats e -> drawFloats(member, e, from, to, step, row);
        }
    }

    private void drawFloats(int member, Examples examples, int from, int to, long step, long row) {
        float[] probabilities = rowOf[member];
        normalise(examples, from, probabilities, 0, x.columns());
        Binarizer.binarize(machine.binarization(), step, row, probabilities, 0, strips, work, to);
    }

    /// What lies behind the last column is zero and not what another slot left there.
    private void padding(int to) {
        int last = x.panels() - 1;
        int at = to + last * x.stride();
        Arrays.fill(work, at + x.valid(last), at + PANEL, 0);
    }
}
