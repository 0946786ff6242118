package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Gives a plan its physical form on the CPU: stages, the way each is cut among members, barrier regions, memory.
///
/// Between two phases there is a barrier, unless every member can go on with the rows that it has just computed. Where a
/// batch has too few rows to share, a call that starts with a gather is taken apart behind it, so that its product can
/// be cut along panels; that costs a barrier and gives every member work.
final class Lowering {
    /// Rows a member must have before rows are cut rather than panels: two tiles of twelve.
    private static final int ROWS_A_MEMBER = 24;

    /// Stages that run without a barrier, cut one way.
    private record Part(Call call, List<Stage> stages, Cut cut) {}

    private enum Cut { ROWS, PANELS, SUMS }

    private record Placed(Part part, int region) {}

    private final Plan plan;
    private final int members;
    private final boolean fewRows;
    private final List<Placed> parts = new ArrayList<>();

    Lowering(Plan plan, int members) {
        this.plan = plan;
        this.members = members;
        this.fewRows = members > 1 && plan.batch() < ROWS_A_MEMBER * members;
        List<Part> before = List.of();
        int region = 0;
        for (Phase phase : plan.phases()) {
            for (List<Part> step : steps(phase)) {
                if (!before.isEmpty() && !(ownRows(before) && ownRows(step))) {
                    region++;
                }
                for (Part part : step) {
                    parts.add(new Placed(part, region));
                }
                before = step;
            }
        }
    }

    private static boolean ownRows(List<Part> step) {
        return step.stream().allMatch(p -> p.cut == Cut.ROWS);
    }

    /// The parts of a phase, in groups that a barrier may have to separate: one group unless a call was taken apart.
    private List<List<Part>> steps(Phase phase) {
        List<Part> heads = new ArrayList<>();
        List<Part> rest = new ArrayList<>();
        for (Call call : phase.calls()) {
            List<Stage> stages = Stages.of(call.op());
            if (fewRows && stages.size() == 2 && stages.getFirst() instanceof Stage.Gather && RowKernels.byPanels(stages.getLast())) {
                heads.add(part(call, stages.subList(0, 1)));
                rest.add(part(call, stages.subList(1, 2)));
            } else {
                rest.add(part(call, stages));
            }
        }
        return heads.isEmpty() ? List.of(rest) : List.of(heads, rest);
    }

    private Part part(Call call, List<Stage> stages) {
        if (stages.stream().allMatch(RowKernels::byRows)) {
            boolean panels = fewRows && stages.size() == 1 && RowKernels.byPanels(stages.getFirst());
            return new Part(call, stages, panels ? Cut.PANELS : Cut.ROWS);
        }
        if (stages.size() != 1) {
            throw new IllegalStateException(call.title() + " mixes sums over rows with other stages");
        }
        return new Part(call, stages, Cut.SUMS);
    }

    /// Stretches of a step between barriers.
    int regions() {
        return parts.getLast().region + 1;
    }

    /// Places every slot; slots of one region live at once.
    Memory memory(Optional<Memory> shared) {
        List<Memory.Use> uses = new ArrayList<>();
        for (Placed p : parts) {
            p.part.stages.forEach(s -> s.memory().forEach(t -> uses.add(new Memory.Use(t, p.region))));
        }
        Memory.Builder builder = new Memory.Builder(plan.graph(), plan.batch());
        shared.ifPresent(builder::sharing);
        return builder.build(uses, regions(), members);
    }

    /// The parts of every region, ready to run.
    List<List<Lowered>> lower(Machine machine, double[] metrics) {
        List<List<Lowered>> result = new ArrayList<>();
        for (int r = 0; r < regions(); r++) {
            result.add(new ArrayList<>());
        }
        for (Placed p : parts) {
            result.get(p.region).add(new Lowered(p.part.call, kernel(machine, p.part, metrics)));
        }
        return result;
    }

    /// A call of the plan, or a part of one, with its addresses.
    record Lowered(Call call, CpuCall code) {}

    private CpuCall kernel(Machine machine, Part part, double[] metrics) {
        return part.cut == Cut.SUMS
                ? SumCalls.of(machine, part.stages.getFirst(), metrics)
                : new TileCall(part.stages.stream().map(s -> RowKernels.of(machine, s)).toList(), members, part.cut == Cut.PANELS);
    }
}
