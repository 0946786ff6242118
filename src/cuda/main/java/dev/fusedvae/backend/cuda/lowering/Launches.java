package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.driver.KernelLibrary;
import dev.fusedvae.backend.cuda.driver.Launcher;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.backend.cuda.kernels.Grid;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Plan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The launches of a plan, one per phase: kernel, grid, arguments.
public final class Launches {
    private final List<Launched> phases = new ArrayList<>();
    private Launcher.Launch[] launches = {};

    /// Chooses kernels and grids; the arguments are set by [#prepare]. For calls that `vendor` runs, no kernel is loaded.
    public Launches(Plan plan, KernelLibrary library, VendorParts vendor) {
        List<Launched.Chosen> chosen = Launched.Chosen.of(plan, library.variants());
        Map<String, KernelLibrary.Kernel> kernels = library.load(
                chosen.stream().filter(c -> c.vendor(vendor).isEmpty()).map(Launched.Chosen::source).toList());
        chosen.forEach(c -> phases.add(new Launched(c, c.vendor(vendor).<Launched.Runner>map(Launched.Runner.Library::new)
                .orElseGet(() -> new Launched.Runner.Own(kernels.get(c.source().name()))))));
    }

    /// The number of sums of squares that the kernels write for each tensor of partial norms.
    public Map<Tensor, Integer> norms() {
        return norms(phases.stream().map(Launched::chosen).toList());
    }

    /// The same, without loading anything.
    public static Map<Tensor, Integer> norms(List<Launched.Chosen> phases) {
        Map<Tensor, Integer> counts = new HashMap<>();
        for (Launched.Chosen phase : phases) {
            phase.calls().forEach(call -> norms(call, phase.gridOf(call), counts));
        }
        return counts;
    }

    private static void norms(Call call, Grid grid, Map<Tensor, Integer> counts) {
        FusedOp op = call.op();
        List<Op.LinearBackwardWeight> weights = op.all(Op.LinearBackwardWeight.class);
        for (Op.SquaredNorm norm : op.all(Op.SquaredNorm.class)) {
            boolean bias = !weights.isEmpty() && !weights.getFirst().dW().equals(norm.gradient());
            counts.put(norm.partial(), bias ? grid.y() : grid.blocks());
        }
    }

    /// Makes the launch of a call that a vendor's library runs.
    public interface VendorLauncher {
        Launcher.Launch launch(Kind kind, Args args);
    }

    /// Fills in the arguments.
    public void prepare(Operands operands, Launcher launcher, VendorLauncher vendor, Arena arena) {
        launches = new Launcher.Launch[phases.size()];
        for (int i = 0; i < launches.length; i++) {
            Launched phase = phases.get(i);
            MemorySegment struct = phase.prepare(operands, arena);
            launches[i] = switch (phase.runner()) {
                case Launched.Runner.Own(KernelLibrary.Kernel kernel) -> {
                    Driver.allowShared(kernel.function(), phase.grid().shared());
                    yield launcher.prepare(kernel, phase.grid(), struct, arena);
                }
                case Launched.Runner.Library library -> vendor.launch(phase.calls().getFirst().op().kind(), phase.firstArgs());
            };
        }
    }

    /// Sets the arguments that depend on the feed, for another feed.
    public void bind(Feed feed, DeviceExamples data) {
        phases.forEach(phase -> phase.bind(feed, data));
    }

    public int count() {
        return launches.length;
    }

    /// The calls of launch `i`.
    public List<Call> calls(int i) {
        return phases.get(i).calls();
    }

    /// Launch `i`, as it was prepared.
    public Launched at(int i) {
        return phases.get(i);
    }

    /// Enqueues launch `i` for the step in record `record` of the step table.
    public void enqueue(int i, int record) {
        phases.get(i).at(record);
        launches[i].enqueue();
    }
}
