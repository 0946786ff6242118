package dev.fusedvae.backend.cpu;

import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Gives a plan its physical form on the CPU: stages, the way each call is cut among members, barrier regions, memory.
final class Lowering {
    /// Rows a member must have before rows are cut rather than panels: two tiles of twelve.
    private static final int ROWS_A_MEMBER = 24;

    private record Lowered(Call call, List<Stage> stages, boolean byRows, boolean byPanels, int region) {}

    private final Plan plan;
    private final int members;
    private final List<Lowered> calls = new ArrayList<>();
    private final int regions;

    Lowering(Plan plan, int members) {
        this.plan = plan;
        this.members = members;
        boolean previousOwnRows = false;
        int region = -1;
        for (Phase phase : plan.phases()) {
            List<Lowered> ofPhase = phase.calls().stream().map(this::lower).toList();
            boolean ownRows = ofPhase.stream().allMatch(l -> l.byRows && !l.byPanels);
            if (!(ownRows && previousOwnRows)) {
                region++;
            }
            previousOwnRows = ownRows;
            for (Lowered l : ofPhase) {
                calls.add(new Lowered(l.call, l.stages, l.byRows, l.byPanels, region));
            }
        }
        regions = region + 1;
    }

    private Lowered lower(Call call) {
        FusedOp op = call.op();
        List<Stage> stages = Stages.of(op);
        boolean byRows = stages.stream().allMatch(RowKernels::byRows);
        if (!byRows && stages.size() != 1) {
            throw new IllegalStateException(call.title() + " mixes sums over rows with other stages");
        }
        boolean byPanels = byRows && members > 1 && stages.size() == 1 && RowKernels.byPanels(stages.getFirst())
                && plan.batch() < ROWS_A_MEMBER * members;
        return new Lowered(call, stages, byRows, byPanels, 0);
    }

    /// Places every slot; slots of calls in one region live at once.
    Memory memory(Optional<Memory> shared) {
        List<Memory.Use> uses = new ArrayList<>();
        for (Lowered l : calls) {
            l.stages.forEach(s -> s.memory().forEach(t -> uses.add(new Memory.Use(t, l.region))));
        }
        Memory.Builder builder = new Memory.Builder(plan.graph(), plan.batch());
        shared.ifPresent(builder::sharing);
        return builder.build(uses, regions, members);
    }

    /// The calls of every region, ready to run.
    CpuCall[][] calls(Machine machine, double[] metrics) {
        CpuCall[][] result = new CpuCall[regions][];
        for (int r = 0; r < regions; r++) {
            int region = r;
            result[r] = calls.stream().filter(l -> l.region == region)
                    .map(l -> callOf(machine, l, metrics)).toArray(CpuCall[]::new);
        }
        return result;
    }

    private CpuCall callOf(Machine machine, Lowered l, double[] metrics) {
        return l.byRows
                ? new TileCall(l.stages.stream().map(s -> RowKernels.of(machine, s)).toList(), members, l.byPanels)
                : SumCalls.of(machine, l.stages.getFirst(), metrics);
    }

    int callCount() {
        return calls.size();
    }
}
