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
/// be cut along panels; that costs a barrier and gives every member work. A call is also taken apart where its rows go over
/// from examples to their samples, or back, if those are shared out in other pieces: kernels begin at multiples of four
/// rows, so examples come in fours, but an example of 50 samples needs only one other beside it.
final class Lowering {
    /// Rows a member must have before rows are cut rather than panels: two tiles of twelve.
    private static final int ROWS_A_MEMBER = 24;

    /// Stages that run without a barrier, cut one way.
    private record Part(Call call, List<Stage> stages, Cut cut) {
        /// Examples that members share out in one piece.
        int grain() {
            return Lowering.grain(stages.getFirst());
        }
    }

    private enum Cut { ROWS, PANELS, SUMS }

    private record Placed(Part part, int region) {}

    private final Plan plan;
    private final int members;
    private final List<Placed> parts = new ArrayList<>();

    Lowering(Plan plan, int members) {
        this.plan = plan;
        this.members = members;
        List<Part> before = List.of();
        int region = 0;
        for (Phase phase : plan.phases()) {
            for (List<Part> step : steps(phase)) {
                if (!before.isEmpty() && !(ownRows(before) && ownRows(step) && sameGrain(before, step))) {
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

    private static boolean sameGrain(List<Part> before, List<Part> step) {
        int grain = before.getFirst().grain();
        return before.stream().allMatch(p -> p.grain() == grain) && step.stream().allMatch(p -> p.grain() == grain);
    }

    /// The fewest examples whose rows are a multiple of four.
    private static int grain(Stage stage) {
        int samples = stage.samples();
        return samples % 4 == 0 ? 1 : samples % 2 == 0 ? 2 : 4;
    }

    private boolean fewRows(Stage stage) {
        return members > 1 && (long) plan.batch() * stage.samples() < (long) ROWS_A_MEMBER * members;
    }

    /// The parts of a phase, in groups that a barrier may have to separate: one group unless a call was taken apart. Calls of
    /// a phase do not touch each other's tensors, so only the order within a call counts: the last parts end together.
    private List<List<Part>> steps(Phase phase) {
        List<List<Part>> cut = phase.calls().stream().map(this::parts).toList();
        int groups = cut.stream().mapToInt(List::size).max().orElseThrow();
        List<List<Part>> steps = new ArrayList<>();
        for (int g = groups; g > 0; g--) {
            int fromEnd = g;
            steps.add(cut.stream().filter(parts -> parts.size() >= fromEnd).map(parts -> parts.get(parts.size() - fromEnd)).toList());
        }
        return steps;
    }

    private List<Part> parts(Call call) {
        List<Stage> stages = Stages.of(call.op());
        List<Part> parts = new ArrayList<>();
        int from = 0;
        for (int i = 1; i < stages.size(); i++) {
            boolean byRows = RowKernels.byRows(stages.get(i - 1)) && RowKernels.byRows(stages.get(i));
            boolean lastProduct = i == stages.size() - 1 && fewRows(stages.get(i)) && RowKernels.byPanels(stages.get(i))
                    && stages.getFirst() instanceof Stage.Gather && stages.subList(0, i).stream().noneMatch(RowKernels::byPanels);
            if (byRows && (lastProduct || grain(stages.get(i)) != grain(stages.get(i - 1)))) {
                parts.add(part(call, stages.subList(from, i)));
                from = i;
            }
        }
        parts.add(part(call, stages.subList(from, stages.size())));
        return parts;
    }

    private Part part(Call call, List<Stage> stages) {
        if (stages.stream().allMatch(RowKernels::byRows)) {
            boolean panels = stages.size() == 1 && fewRows(stages.getFirst()) && RowKernels.byPanels(stages.getFirst());
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
                : new TileCall(part.stages.stream().map(s -> RowKernels.of(machine, s)).toList(),
                        part.stages.stream().mapToInt(Stage::samples).toArray(), part.grain(), members, part.cut == Cut.PANELS);
    }
}
