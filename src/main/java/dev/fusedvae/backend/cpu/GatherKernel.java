package dev.fusedvae.backend.cpu;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.plan.Step;
import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.spec.Binarization;
import java.util.Arrays;

/// x ← the examples of the step: picked by the order of the epoch, normalised, binarized.
final class GatherKernel implements Kernel {
    private final Machine machine;
    private final float[] work;
    private final Form.Panels x;
    private final Binarization binarization;

    GatherKernel(Machine machine, Stage.Gather stage) {
        this.machine = machine;
        work = machine.memory.work;
        x = machine.memory.panels(stage.x());
        binarization = stage.binarization();
    }

    @Override
    public void run(int member, int r0, int r1, int p0, int p1, Step step) {
        Feed feed = machine.feed();
        Examples examples = feed.examples();
        for (int r = r0; r < r1; r++) {
            int from = machine.example(step, r) * x.columns();
            int to = x.at() + r * Form.PANEL;
            switch (binarization) {
                case NONE -> copy(examples, from, to);
                case THRESHOLD -> {
                    copy(examples, from, to);
                    threshold(to);
                }
                case DYNAMIC -> draw(examples, from, to, step.step(), feed.noiseRow(step, r));
            }
            padding(to);
        }
    }

    private void copy(Examples examples, int from, int to) {
        for (int p = 0; p < x.panels(); p++) {
            int at = to + p * x.stride();
            int start = from + p * Form.PANEL;
            switch (examples) {
                case Examples.Bytes e -> bytes(e.values(), e.table(), start, at, x.valid(p));
                case Examples.Floats e -> floats(e, start, at, x.valid(p));
            }
            center(examples, p, at);
        }
    }

    private void bytes(byte[] values, float[] table, int from, int to, int count) {
        for (int c = 0; c < count; c++) {
            work[to + c] = table[values[from + c] & 0xff];
        }
    }

    private void floats(Examples.Floats e, int from, int to, int count) {
        float[] values = e.values();
        float offset = e.offset();
        float divisor = e.divisor();
        for (int c = 0; c < count; c++) {
            work[to + c] = (values[from + c] - offset) / divisor;
        }
    }

    private void center(Examples examples, int p, int to) {
        float[] mean = examples.mean();
        if (mean.length > 0) {
            for (int c = 0; c < x.valid(p); c++) {
                work[to + c] -= mean[p * Form.PANEL + c];
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

    private void draw(Examples examples, int from, int to, long step, long row) {
        switch (examples) {
            case Examples.Bytes e -> Binarizer.bytes(machine.binarization(), step, row, e.values(), from, x.columns(), e.fullScale(),
                    work, to, x.stride());
            case Examples.Floats e -> {
                copy(examples, from, to);
                Binarizer.floats(machine.binarization(), step, row, x.columns(), work, to, x.stride());
            }
        }
    }

    /// What lies behind the last column stays zero: products run over it.
    private void padding(int to) {
        int last = x.panels() - 1;
        int at = to + last * x.stride();
        Arrays.fill(work, at + x.valid(last), at + Form.PANEL, 0);
    }
}
