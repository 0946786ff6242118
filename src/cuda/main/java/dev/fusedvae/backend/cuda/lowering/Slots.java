package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.driver.DeviceBlock;
import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.memory.Placement;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The places of a plan's slots in device memory: `model` has parameters and optimizer state, which the executables of one model
/// share; `work` has the slots of the batch.
public final class Slots implements AutoCloseable {
    /// Slots start at multiples of 256 bytes, for fast vector loads and copies; behind each are 64 bytes that no kernel may write.
    private static final Placement PLACEMENT = new Placement(0, 64, 16);

    private final Layout layout;
    private final DeviceBlock model;
    private final DeviceBlock work;
    private final Map<Tensor, Long> addresses = new HashMap<>();

    /// The offsets of the slots in the two blocks, which may not be allocated yet; offsets and lengths are in floats.
    public record Layout(Map<Tensor, Shape> shapes, Placement.Result<Tensor> model, Placement.Result<Tensor> work) {

        /// @param norms the number of sums of squares of each tensor of that kind
        public static Layout of(Plan plan, Map<Tensor, Integer> norms) {
            Map<Tensor, Shape> shapes = Slots.shapes(plan, norms);
            return new Layout(shapes, PLACEMENT.place(modelRequests(plan, shapes)), PLACEMENT.place(workRequests(plan, shapes)));
        }

        long modelBytes() {
            return Math.max(1, 4 * model.length());
        }

        long workBytes() {
            return Math.max(1, 4 * work.length());
        }

        public long bytes() {
            return modelBytes() + workBytes();
        }
    }

    /// @param shared the slots whose model block is used
    public Slots(Driver driver, Layout layout, Optional<Slots> shared) {
        this.layout = layout;
        if (shared.isPresent() && shared.get().model.bytes() != layout.modelBytes()) {
            throw new IllegalArgumentException("only plans of one graph can share parameters");
        }
        work = new DeviceBlock(driver, layout.workBytes());
        try {
            model = shared.isPresent() ? shared.get().model.share() : DeviceBlock.zeros(driver, layout.modelBytes());
        } catch (RuntimeException e) {
            work.close();
            throw e;
        }
        layout.model.offsets().forEach((t, at) -> addresses.put(t, model.address() + 4 * at));
        layout.work.offsets().forEach((t, at) -> addresses.put(t, work.address() + 4 * at));
    }

    private static Map<Tensor, Shape> shapes(Plan plan, Map<Tensor, Integer> norms) {
        Map<Tensor, Shape> shapes = new HashMap<>();
        int batch = plan.batch();
        plan.graph().tensors().forEach(t -> shapes.put(t, new Shape.Matrix(t.elements(batch))));
        plan.graph().tensors(Tensor.Role.PARAMETER).forEach(t -> shapes.put(t, new Shape.Matrix(t.elements(batch))));
        for (Op op : plan.graph().ops()) {
            op.access().perRow().forEach(p -> shapes.put(p.tensor(), Shape.Partials.of(p.terms(), p.tensor().rows(batch))));
        }
        norms.forEach((t, blocks) -> shapes.put(t, new Shape.Norms(blocks)));
        return shapes;
    }

    private static boolean ofModel(Tensor t) {
        return t.role() == Tensor.Role.PARAMETER || t.role() == Tensor.Role.STATE;
    }

    private static List<Placement.Request<Tensor>> modelRequests(Plan plan, Map<Tensor, Shape> shapes) {
        Set<Tensor> all = new LinkedHashSet<>(plan.graph().tensors(Tensor.Role.PARAMETER));
        all.addAll(plan.graph().tensors(Tensor.Role.STATE));
        return all.stream().map(t -> new Placement.Request<>(t, shapes.get(t).size(), 0, 0)).toList();
    }

    /// Phases run one after the other, so a slot is in use from the first phase that accesses it to the last; results are in use until
    /// the end.
    private static List<Placement.Request<Tensor>> workRequests(Plan plan, Map<Tensor, Shape> shapes) {
        Map<Tensor, int[]> lives = new LinkedHashMap<>();
        for (Phase phase : plan.phases()) {
            for (Call call : phase.calls()) {
                Stream.concat(call.op().reads().stream(), call.op().writes().stream()).filter(t -> !ofModel(t))
                        .forEach(t -> lives.computeIfAbsent(t, first -> new int[] {phase.index(), 0})[1] = phase.index());
            }
        }
        plan.graph().results().stream().filter(lives::containsKey).forEach(t -> lives.get(t)[1] = plan.phases().size());
        return lives.entrySet().stream()
                .map(e -> new Placement.Request<>(e.getKey(), shapes.get(e.getKey()).size(), e.getValue()[0], e.getValue()[1])).toList();
    }

    boolean holds(Tensor t) {
        return addresses.containsKey(t);
    }

    public long address(Tensor t) {
        Long address = addresses.get(t);
        if (address == null) {
            throw new IllegalArgumentException(t + " has no memory in this plan: it never leaves its fused op");
        }
        return address;
    }

    /// The address of `t`, or null if it is internal to its call.
    long addressOrNull(Optional<Tensor> t) {
        return t.filter(this::holds).map(this::address).orElse(0L);
    }

    /// Memory behind a slot that belongs to no slot, in bytes.
    record Gap(Tensor slot, long address, long bytes) {}

    /// The memory behind every slot, up to the next one; only if no slots share memory.
    List<Gap> gaps() {
        return addresses.entrySet().stream().map(e -> {
            long size = shape(e.getKey()).size();
            return new Gap(e.getKey(), e.getValue() + 4 * size, 4 * (PLACEMENT.footprint(size) - size));
        }).toList();
    }

    /// The number of tiles of partial sums, 0 for a matrix.
    int tiles(Tensor t) {
        return shape(t) instanceof Shape.Partials partials ? partials.tiles() : 0;
    }

    public Shape shape(Tensor t) {
        return layout.shapes.get(t);
    }

    public long bytes() {
        return layout.bytes();
    }

    @Override
    public void close() {
        try (work) {
            model.close();
        }
    }
}
