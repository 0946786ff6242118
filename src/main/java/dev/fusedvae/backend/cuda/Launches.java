package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.Feed;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Plan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The calls of a plan as launches: kernel, grid, arguments; one launch a call.
final class Launches {
    private final List<Call> calls;
    private final List<KernelLibrary.Kernel> kernels = new ArrayList<>();
    private final List<Grid> grids = new ArrayList<>();
    private final List<Args> args = new ArrayList<>();
    private Launcher.Launch[] launches = {};
    private MemorySegment[] structs = {};
    private long[] offsetAt = {};

    /// Chooses kernels and grids; what they work on comes by [#prepare].
    Launches(Plan plan, KernelLibrary library) {
        calls = plan.calls();
        Map<String, KernelLibrary.Kernel> loaded = library.load(calls.stream().map(c -> c.op().kind().label()).toList());
        for (Call call : calls) {
            KernelLibrary.Kernel kernel = loaded.get(call.op().kind().label());
            kernels.add(kernel);
            grids.add(kernel.card().grid(Dimensions.of(call.op(), plan.batch())));
        }
    }

    /// How many sums of squares the kernels write for each tensor of partial norms.
    Map<Tensor, Integer> norms() {
        Map<Tensor, Integer> counts = new HashMap<>();
        for (int c = 0; c < calls.size(); c++) {
            FusedOp op = calls.get(c).op();
            Grid grid = grids.get(c);
            List<Op.LinearBackwardWeight> weights = op.all(Op.LinearBackwardWeight.class);
            for (Op.SquaredNorm norm : op.all(Op.SquaredNorm.class)) {
                boolean bias = !weights.isEmpty() && !weights.getFirst().dW().equals(norm.gradient());
                counts.put(norm.partial(), bias ? grid.y() : grid.blocks());
            }
        }
        return counts;
    }

    /// Fills in the arguments.
    void prepare(CallArgs from, Launcher launcher, Arena arena) {
        launches = new Launcher.Launch[calls.size()];
        structs = new MemorySegment[calls.size()];
        offsetAt = new long[calls.size()];
        for (int c = 0; c < calls.size(); c++) {
            Args filled = from.of(calls.get(c).op(), arena);
            args.add(filled);
            structs[c] = filled.struct();
            offsetAt[c] = filled.type().offset("offset");
            launches[c] = launcher.prepare(kernels.get(c), grids.get(c), structs[c], arena);
        }
    }

    /// Points the arguments at another feed.
    void bind(Feed feed, DeviceExamples data) {
        for (int c = 0; c < calls.size(); c++) {
            CallArgs.bind(args.get(c), calls.get(c).op(), feed, data);
            args.get(c).requireComplete();
        }
    }

    int count() {
        return launches.length;
    }

    Call call(int i) {
        return calls.get(i);
    }

    /// Enqueues launch `i` for the step in record `record` of the step table.
    void enqueue(int i, int record) {
        structs[i].set(ValueLayout.JAVA_INT, offsetAt[i], record);
        launches[i].enqueue();
    }
}
