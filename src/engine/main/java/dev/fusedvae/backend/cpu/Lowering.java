package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Gives a plan its physical form on the CPU: stages, the way each is cut, barrier regions, memory.
///
/// Between two phases there is a barrier, unless rows can go on by themselves. Where a batch has too few rows to share, a call
/// that starts with a gather is taken apart behind it, so that its product can be cut along panels; that costs a barrier and
/// gives every member work. A call is also taken apart where its rows go over from examples to their samples, or back, if
/// those are shared out in other pieces: kernels begin at multiples of four rows, so examples come in fours, but an example
/// of 50 samples needs only one other beside it.
final class Lowering {
    /// Rows a member must have before rows are cut rather than panels: two tiles of twelve.
    private static final int ROWS_A_MEMBER = 24;

    /// Stages that run without a barrier, cut one way.
    private record Section(Call call, List<Stage> stages, Cut cut) {
        /// Examples that members share out in one piece.
        int grain() {
            return Lowering.grain(stages.getFirst());
        }
    }

    private enum Cut { ROWS, PANELS, SUMS }

    private record Placed(Section section, int region) {}

    private final Plan plan;
    private final int members;
    private final List<Placed> sections = new ArrayList<>();

    Lowering(Plan plan, int members) {
        this.plan = plan;
        this.members = members;
        List<Section> before = List.of();
        int region = 0;
        for (Phase phase : plan.phases()) {
            for (List<Section> step : steps(phase)) {
                if (!before.isEmpty() && !(ownRows(before) && ownRows(step) && sameGrain(before, step))) {
                    region++;
                }
                for (Section section : step) {
                    sections.add(new Placed(section, region));
                }
                before = step;
            }
        }
    }

    private static boolean ownRows(List<Section> step) {
        return step.stream().allMatch(p -> p.cut == Cut.ROWS);
    }

    private static boolean sameGrain(List<Section> before, List<Section> step) {
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

    /// The sections of a phase, in groups that a barrier may have to separate: one group unless a call was taken apart. Calls of
    /// a phase do not touch each other's tensors, so only the order within a call counts: the last sections end together.
    private List<List<Section>> steps(Phase phase) {
        List<List<Section>> cut = phase.calls().stream().map(this::sections).toList();
        int groups = cut.stream().mapToInt(List::size).max().orElseThrow();
        List<List<Section>> steps = new ArrayList<>();
        for (int g = groups; g > 0; g--) {
            int fromEnd = g;
            steps.add(cut.stream().filter(sections -> sections.size() >= fromEnd).map(sections -> sections.get(sections.size() - fromEnd)).toList());
        }
        return steps;
    }

    private List<Section> sections(Call call) {
        List<Stage> stages = Stages.of(call.op());
        List<Section> sections = new ArrayList<>();
        int from = 0;
        for (int i = 1; i < stages.size(); i++) {
            boolean byRows = RowKernels.byRows(stages.get(i - 1)) && RowKernels.byRows(stages.get(i));
            boolean lastProduct = i == stages.size() - 1 && fewRows(stages.get(i)) && RowKernels.byPanels(stages.get(i))
                    && stages.getFirst() instanceof Stage.Gather && stages.subList(0, i).stream().noneMatch(RowKernels::byPanels);
            if (byRows && (lastProduct || grain(stages.get(i)) != grain(stages.get(i - 1)))) {
                sections.add(section(call, stages.subList(from, i)));
                from = i;
            }
        }
        sections.add(section(call, stages.subList(from, stages.size())));
        return sections;
    }

    private Section section(Call call, List<Stage> stages) {
        if (stages.stream().allMatch(RowKernels::byRows)) {
            boolean panels = stages.size() == 1 && fewRows(stages.getFirst()) && RowKernels.byPanels(stages.getFirst());
            return new Section(call, stages, panels ? Cut.PANELS : Cut.ROWS);
        }
        if (stages.size() != 1) {
            throw new IllegalStateException(call.title() + " mixes sums over rows with other stages");
        }
        return new Section(call, stages, Cut.SUMS);
    }

    /// Stretches of a step between barriers.
    int regions() {
        return sections.getLast().region + 1;
    }

    /// Places every slot; slots of one region live at once.
    Memory memory(Optional<Memory> shared) {
        List<Memory.Use> uses = new ArrayList<>();
        for (Placed p : sections) {
            p.section.stages.forEach(s -> s.memory().forEach(t -> uses.add(new Memory.Use(t, p.region))));
        }
        Memory.Builder builder = new Memory.Builder(plan.graph(), plan.batch());
        shared.ifPresent(builder::sharing);
        return builder.build(uses, regions(), members);
    }

    /// A region, ready to run, and the code in it.
    record Lowered(Region region, List<Code> code) {}

    /// A call of the plan, or a section of one, with its addresses.
    record Code(Call call, CpuCall code) {}

    /// Every region in order.
    List<Lowered> lower(Machine machine, double[] metrics) {
        List<Lowered> result = new ArrayList<>();
        for (int r = 0; r < regions(); r++) {
            int region = r;
            List<Section> all = sections.stream().filter(p -> p.region == region).map(Placed::section).toList();
            // rows that are passed on from call to call must be cut alike
            boolean chained = ownRows(all) && sameGrain(all, all);
            List<Code> code = all.stream().map(p -> new Code(p.call, kernel(machine, p, rowChunks(chained ? all : List.of(p)), metrics))).toList();
            int[] slots = all.stream().mapToInt(p -> plan.calls().indexOf(p.call)).toArray();
            result.add(new Lowered(new Region(code.stream().map(Code::code).toList(), slots, chained, members), code));
        }
        return result;
    }

    /// Into how many chunks the rows of `all` are cut, by the one that has most rows.
    private int rowChunks(List<Section> all) {
        int samples = all.stream().flatMap(p -> p.stages.stream()).mapToInt(Stage::samples).max().orElseThrow();
        long weights = all.stream().flatMap(p -> p.stages.stream()).mapToLong(Lowering::weights).sum();
        return Cutting.rows((long) plan.batch() * samples, Math.ceilDiv(plan.batch(), all.getFirst().grain()), weights, members);
    }

    /// Floats of weights that a stage reads for each chunk of its rows.
    private static long weights(Stage stage) {
        return stage instanceof Stage.Linear s ? s.layer().weight().elements(1)
                : stage instanceof Stage.DataGradient s ? s.layer().weight().elements(1) : 0;
    }

    private CpuCall byPanels(Kernel kernel, Stage stage) {
        int panels = kernel.panels();
        boolean single = plan.batch() == 1 && stage.samples() == 1;
        return TileCall.byPanels(kernel, stage.samples(), single ? Cutting.panelsOfRow(panels, weights(stage), members) : Cutting.panels(panels, members));
    }

    private CpuCall kernel(Machine machine, Section section, int rowChunks, double[] metrics) {
        return switch (section.cut) {
            case SUMS -> SumCalls.of(machine, section.stages.getFirst(), metrics);
            case PANELS -> byPanels(RowKernels.of(machine, section.stages.getFirst()), section.stages.getFirst());
            case ROWS -> TileCall.byRows(section.stages.stream().map(s -> RowKernels.of(machine, s)).toList(),
                    section.stages.stream().mapToInt(Stage::samples).toArray(), section.grain(), rowChunks);
        };
    }
}
