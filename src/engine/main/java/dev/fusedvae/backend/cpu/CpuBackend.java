package dev.fusedvae.backend.cpu;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.simd.Simd;

/// The vectorised CPU path: one team of threads, pure Java.
public final class CpuBackend implements Backend {
    private final Team team;

    /// A backend on `threads` threads, the caller's included.
    public CpuBackend(int threads) {
        team = new Team(threads);
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public String device() {
        int bits = Simd.bits();
        return System.getProperty("os.arch") + ", " + team.size() + (team.size() == 1 ? " thread, " : " threads, ")
                + (bits == 0 ? "scalar code" : bits + "-bit vectors");
    }

    @Override
    public int threads() {
        return team.size();
    }

    @Override
    public CpuExecutable load(Plan plan, Feed feed) {
        return new CpuExecutable(plan, feed, team);
    }

    @Override
    public void close() {
        team.close();
    }
}
