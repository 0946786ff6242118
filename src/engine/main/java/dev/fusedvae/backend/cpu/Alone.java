package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Step;
import java.util.List;

/// The job of one piece of code by itself, once.
final class Alone implements Job {
    private final Region region;
    private final Step step;
    private boolean opened;

    Alone(CpuCall code, Step step, int members) {
        region = new Region(List.of(code), new int[] {0}, true, members);
        this.step = step;
    }

    @Override
    public int[] next() {
        if (opened) {
            return OVER;
        }
        opened = true;
        return region.bounds();
    }

    @Override
    public void run(int member, int piece) {
        region.run(member, piece, step);
    }
}
