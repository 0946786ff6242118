package dev.fusedvae.plan;

import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Fuser;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.FusionLevel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A graph, fused and put in phases: logical, with shapes but no layout and no addresses. A backend lowers it.
///
/// @param batch  rows of a full batch; the last batch of an epoch may have fewer
/// @param phases run one after the other; each is one launch
/// @param notes  what fusion decided against, and why
public record Plan(Graph graph, FusionLevel level, int batch, List<Phase> phases, List<String> notes) {

    public Plan {
        phases = List.copyOf(phases);
        notes = List.copyOf(notes);
    }

    /// Plans `graph` for batches of `batch` rows, by every rule of `level`.
    public static Plan of(Graph graph, FusionLevel level, int batch) {
        return of(graph, Fusion.of(level), batch);
    }

    /// Plans `graph` for batches of `batch` rows.
    public static Plan of(Graph graph, Fusion fusion, int batch) {
        return of(graph, fusion, batch, Optional.empty());
    }

    /// Plans `graph` by every rule of `level`; `keepGradients` is a reason to bring whole parameter gradients to memory.
    public static Plan of(Graph graph, FusionLevel level, int batch, Optional<String> keepGradients) {
        return of(graph, Fusion.of(level), batch, keepGradients);
    }

    /// Plans `graph`; `keepGradients` is a reason to bring whole parameter gradients to memory.
    public static Plan of(Graph graph, Fusion fusion, int batch, Optional<String> keepGradients) {
        if (batch < 1) {
            throw new IllegalArgumentException("batch must be >= 1, got " + batch);
        }
        Fuser.Result fused = Fuser.fuse(graph, fusion, batch, keepGradients);
        List<Call> calls = new ArrayList<>();
        for (FusedOp op : fused.ops()) {
            calls.add(new Call(calls.size(), op, Cost.of(op, batch)));
        }
        List<String> notes = new ArrayList<>(fused.notes());
        if (!fusion.without().isEmpty()) {
            notes.add("fusion " + fusion.text() + ", as was asked for");
        }
        return new Plan(graph, fusion.level(), batch, schedule(calls, fusion.level()), notes);
    }

    /// LAYER packs every call into the earliest phase that no hazard forbids, sums that nobody waits for into the last;
    /// below, every call is a launch of its own.
    private static List<Phase> schedule(List<Call> calls, FusionLevel level) {
        List<List<Call>> bins = new ArrayList<>();
        int[] phaseOf = new int[calls.size()];
        List<Call> late = new ArrayList<>();
        for (Call call : calls) {
            int phase = 0;
            for (Call before : calls.subList(0, call.index())) {
                if (Hazards.between(before.op(), call.op()).isPresent()) {
                    phase = Math.max(phase, phaseOf[before.index()] + 1);
                }
            }
            if (level != FusionLevel.LAYER) {
                phase = call.index();
            } else if (call.op().kind() == Kind.REDUCE_LOSS) {
                late.add(call);
                continue;
            }
            phaseOf[call.index()] = phase;
            while (bins.size() <= phase) {
                bins.add(new ArrayList<>());
            }
            bins.get(phase).add(call);
        }
        for (Call call : late) {
            boolean free = bins.size() > 1 && bins.getLast().stream().allMatch(c -> Hazards.between(c.op(), call.op()).isEmpty());
            if (!free) {
                bins.add(new ArrayList<>());
            }
            bins.getLast().add(call);
        }
        List<Phase> phases = new ArrayList<>();
        bins.forEach(bin -> phases.add(new Phase(phases.size(), bin)));
        return phases;
    }

    /// Launches a step.
    public int launches() {
        return phases.size();
    }

    public List<Call> calls() {
        return phases.stream().flatMap(p -> p.calls().stream()).toList();
    }

    /// Bytes and flops of all calls.
    public Cost cost() {
        return calls().stream().map(Call::cost).reduce(new Cost(0, 0), Cost::plus);
    }

    /// Tensors that need memory: read or written by some call; what is internal to a call is not among them.
    public List<Tensor> slots() {
        Set<Tensor> slots = new LinkedHashSet<>();
        for (Call call : calls()) {
            slots.addAll(call.op().reads());
            slots.addAll(call.op().writes());
        }
        return List.copyOf(slots);
    }
}
