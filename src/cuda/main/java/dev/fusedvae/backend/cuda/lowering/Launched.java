package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.driver.KernelLibrary;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.backend.cuda.kernels.Grid;
import dev.fusedvae.backend.cuda.kernels.KernelSource;
import dev.fusedvae.backend.cuda.kernels.Struct;
import dev.fusedvae.backend.cuda.kernels.Variants;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.CudaChoice.Vendor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One launch. A single call runs the kernel of its op; several calls share a kernel whose source is generated.
public final class Launched {
    /// The most bytes of arguments that a kernel can have: CUDA C++ Programming Guide, "__global__ Function Argument Processing".
    private static final long MAX_ARGUMENT_BYTES = 32_764;

    /// The kernel chosen for a phase: its calls, with those of one variant next to each other, and the grid of each call.
    public record Chosen(List<Call> calls, List<Grid> grids, List<Struct> structs, KernelSource source) {

        public static Chosen of(Phase phase, Variants variants, int batch) {
            Map<KernelSource.Variant, List<Call>> groups = new LinkedHashMap<>();
            Map<Call, Grid> grids = new HashMap<>();
            for (Call call : phase.calls()) {
                Map<String, Long> dimensions = Bindings.dimensions(call.op(), batch);
                KernelSource.Variant variant = variants.choose(call.op().kind().label(), dimensions);
                groups.computeIfAbsent(variant, v -> new ArrayList<>()).add(call);
                grids.put(call, variant.card().grid(dimensions));
            }
            List<Call> calls = groups.values().stream().flatMap(List::stream).toList();
            List<KernelSource.Body> bodies = new ArrayList<>();
            groups.forEach((variant, group) -> bodies.add(new KernelSource.Body(variant, variants.structs().of(group.getFirst().op().kind().label()).name(), group.size())));
            KernelSource source = calls.size() == 1 ? bodies.getFirst().variant() : new KernelSource.Phase(bodies);
            return new Chosen(calls, calls.stream().map(grids::get).toList(), calls.stream().map(c -> variants.structs().of(c.op().kind().label())).toList(), source);
        }

        /// Every phase of `plan`.
        public static List<Chosen> of(Plan plan, Variants variants) {
            return plan.phases().stream().map(phase -> of(phase, variants, plan.batch())).toList();
        }

        /// The grid that `call` would have in a launch of its own.
        Grid gridOf(Call call) {
            return grids.get(calls.indexOf(call));
        }

        /// The part of `parts` that runs it, if one does; calls of vendor parts are alone in their phases.
        Optional<Vendor> vendor(VendorParts parts) {
            return calls.size() == 1 ? parts.of(calls.getFirst().op().kind()) : Optional.empty();
        }
    }

    /// What is launched.
    sealed interface Runner {
        /// One of our kernels.
        record Own(KernelLibrary.Kernel kernel) implements Runner {}

        /// A function of a vendor's library, which chooses its kernels itself.
        record Library(Vendor part) implements Runner {}
    }

    private final Chosen chosen;
    private final Runner runner;
    private final List<Args> args = new ArrayList<>();
    private MemorySegment struct = MemorySegment.NULL;
    private long[] offsetAt = {};

    Launched(Chosen chosen, Runner runner) {
        this.chosen = chosen;
        this.runner = runner;
    }

    Chosen chosen() {
        return chosen;
    }

    public List<Call> calls() {
        return chosen.calls();
    }

    Runner runner() {
        return runner;
    }

    /// `linear_bias_act/2_tiled`, `phase ...`, or `linear/cublas`.
    public String name() {
        return switch (runner) {
            case Runner.Own(KernelLibrary.Kernel kernel) -> kernel.name();
            case Runner.Library(Vendor part) -> calls().getFirst().op().kind().label() + "/" + part.library();
        };
    }

    /// The arguments of its first call, after they have been filled in.
    Args firstArgs() {
        return args.getFirst();
    }

    /// The grid of the launch: the blocks of all calls, one after the other.
    public Grid grid() {
        if (chosen.calls().size() == 1) {
            return chosen.grids().getFirst();
        }
        int blocks = chosen.grids().stream().mapToInt(Grid::blocks).reduce(0, Math::addExact);
        int shared = chosen.grids().stream().mapToInt(Grid::shared).max().orElse(0);
        return new Grid(blocks, 1, chosen.grids().getFirst().block(), shared);
    }

    /// Fills in the arguments of every call and returns the struct of the launch.
    MemorySegment prepare(Operands operands, Arena arena) {
        int calls = chosen.calls().size();
        long bytes = chosen.structs().stream().mapToLong(Struct::bytes).sum();
        long total = calls == 1 ? bytes : bytes + 4L * KernelSource.Phase.ends(calls);
        if (total > MAX_ARGUMENT_BYTES) {
            throw new BackendUnavailableException("%s needs %d bytes of arguments, a kernel takes %d; use fusion epilogue"
                    .formatted(chosen.source().name(), total, MAX_ARGUMENT_BYTES));
        }
        struct = arena.allocate(total, 8);
        offsetAt = new long[calls];
        long at = 0;
        for (int c = 0; c < calls; c++) {
            FusedOp op = chosen.calls().get(c).op();
            Struct type = chosen.structs().get(c);
            args.add(Bindings.of(op.kind()).arguments(op, type, struct.asSlice(at, type.bytes()), operands));
            offsetAt[c] = at + type.offset("offset");
            at += type.bytes();
        }
        int end = 0;
        for (int c = 0; calls > 1 && c < calls; c++) {
            end += chosen.grids().get(c).blocks();
            struct.set(ValueLayout.JAVA_INT, at + 4L * c, end);
        }
        return struct;
    }

    void bind(Feed feed, DeviceExamples data) {
        for (int c = 0; c < args.size(); c++) {
            FusedOp op = chosen.calls().get(c).op();
            Bindings.of(op.kind()).feed().feed(args.get(c), op, feed, data);
            args.get(c).requireComplete();
        }
    }

    /// Sets the record of the step table that the next launch works on.
    void at(int record) {
        for (long offset : offsetAt) {
            struct.set(ValueLayout.JAVA_INT, offset, record);
        }
    }
}
