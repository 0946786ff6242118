package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;
import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;

import dev.fusedvae.backend.memory.Placement;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.simd.Simd;
import dev.fusedvae.spec.SpecException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// The two arrays of an executable and where everything lies in them.
///
/// `state` holds what belongs to the model: parameters, a transposed copy of weights that data gradients read, optimizer
/// state, gradients, and the gradient tile of every member. `work` holds what belongs to the batch. Inference
/// executables of one model share `state`.
final class Memory {
    /// Floats of a block of weights or of their gradient: [Simd#PANEL] rows of a panel.
    private static final int BLOCK = PANEL * PANEL;

    /// A use of a tensor in a barrier region.
    record Use(Tensor tensor, int region) {}

    private static final int LINE_FLOATS = 16;
    /// Floats in front of the first cache line that starts within a `float[]`: its header takes the other four.
    static final int FIRST_LINE = 12;
    /// Every slot starts a cache line, so that no vector splits one.
    static final Placement PLACEMENT = new Placement(FIRST_LINE, LINE_FLOATS, LINE_FLOATS);

    private sealed interface Key {
        record Slot(Tensor tensor) implements Key {}

        record Copy(Layer layer) implements Key {}

        record Scratch(String name, int member) implements Key {}
    }

    final float[] state;
    final float[] work;
    private final Map<Tensor, Form> forms = new HashMap<>();
    private final Map<Tensor, Form.Panels> copies = new HashMap<>();
    private final Map<Key, Integer> places = new HashMap<>();
    /// Scratch of every member: looked up once, because a look-up makes a key and running must allocate nothing.
    private final int[] gradientTiles;
    private final int[] lanes;
    private final int zeros;

    private Memory(Builder builder) {
        Placement.Result<Key> inState = PLACEMENT.place(builder.state);
        Placement.Result<Key> inWork = PLACEMENT.place(builder.work);
        state = builder.shared == null ? new float[arrayLength(inState.length())] : builder.shared.state;
        work = new float[arrayLength(inWork.length())];
        inState.offsets().forEach((key, at) -> places.put(key, at.intValue()));
        inWork.offsets().forEach((key, at) -> places.put(key, at.intValue()));
        builder.forms.forEach((t, form) -> forms.put(t, form.movedTo(places.get(new Key.Slot(t)))));
        builder.copies.forEach((layer, form) ->
                copies.put(layer.weight(), form.movedTo(places.get(new Key.Copy(layer)))));
        if (builder.shared != null && !samePlaces(builder.shared)) {
            throw new IllegalArgumentException("only plans of one graph can share parameters");
        }
        gradientTiles = scratch("gradient tile");
        lanes = scratch("lanes");
        zeros = scratch("zeros")[0];
    }

    /// Whether all that this memory keeps in `state` lies where `other` has it.
    private boolean samePlaces(Memory other) {
        return forms.keySet().stream().filter(Memory::inState).allMatch(t -> forms.get(t).equals(other.forms.get(t)))
                && copies.equals(other.copies);
    }

    private int[] scratch(String name) {
        return IntStream.iterate(0, member -> places.containsKey(new Key.Scratch(name, member)), member -> member + 1)
                .map(member -> places.get(new Key.Scratch(name, member))).toArray();
    }

    private static int arrayLength(long floats) {
        if (floats > Integer.MAX_VALUE - 8) {
            throw new SpecException("the arena of this model needs " + 4 * floats
                    + " bytes and one Java array holds 8 GiB; use a smaller batch or narrower layers");
        }
        return (int) floats;
    }

    /// Whether the tensor has a place.
    boolean holds(Tensor t) {
        return forms.containsKey(t);
    }

    Form form(Tensor t) {
        Form form = forms.get(t);
        if (form == null) {
            throw new IllegalArgumentException(t + " has no memory in this plan: it never leaves its fused op");
        }
        return form;
    }

    Form.Panels panels(Tensor t) {
        return Form.panels(form(t), t);
    }

    Form.Weight weight(Tensor t) {
        if (form(t) instanceof Form.Weight weight) {
            return weight;
        }
        throw new IllegalStateException(t + " is not held as a weight");
    }

    Form.Partials partials(Tensor t) {
        if (form(t) instanceof Form.Partials partials) {
            return partials;
        }
        throw new IllegalStateException(t + " is not held in partial sums");
    }

    /// The panels of W itself (rows n, columns k) where data gradients read it.
    Optional<Form.Panels> copy(Tensor weight) {
        return Optional.ofNullable(copies.get(weight));
    }

    /// The array that holds `t`.
    float[] array(Tensor t) {
        return inState(t) ? state : work;
    }

    /// A 32 x 32 tile in `state` and 32 floats behind it, for one member.
    int gradientTile(int member) {
        return gradientTiles[member];
    }

    /// 16 virtual lanes a row in `work`, for one member; twice, where a likelihood sums two things.
    int lanes(int member) {
        return lanes[member];
    }

    /// A tile of zeros in `work`.
    int zeros() {
        return zeros;
    }

    void read(Tensor t, float[] to) {
        form(t).read(array(t), to);
    }

    void write(Tensor t, float[] from) {
        form(t).write(array(t), from);
        copy(t).ifPresent(copy -> {
            Form.Panels w = weight(t).transposed();
            for (int p = 0; p < w.allPanels(); p++) {
                for (int block = 0; block < weight(t).rowBlocks(); block++) {
                    Transpose.block32(state, w.panel(p) + block * BLOCK, state, copy.panel(block) + p * BLOCK);
                }
            }
        });
    }

    long bytes() {
        return 4L * state.length + 4L * work.length;
    }

    private static boolean inState(Tensor t) {
        return switch (t.role()) {
            case PARAMETER, GRADIENT -> true;
            case STATE -> !t.batched(); // chains are rows of the batch, which last
            case INPUT, ACTIVATION, METRIC -> false;
        };
    }

    /// Collects what has to be placed.
    static final class Builder {
        private final Graph graph;
        private final int batch;
        private final Map<Tensor, Form> forms = new LinkedHashMap<>();
        private final Map<Layer, Form.Panels> copies = new LinkedHashMap<>();
        private final List<Placement.Request<Key>> state = new ArrayList<>();
        private final List<Placement.Request<Key>> work = new ArrayList<>();
        private final Map<Tensor, Form> shapes = new HashMap<>();
        private Memory shared;

        Builder(Graph graph, int batch) {
            this.graph = graph;
            this.batch = batch;
            shapes();
        }

        /// Takes `state` from another executable of the same graph.
        Builder sharing(Memory other) {
            shared = other;
            return this;
        }

        Memory build(List<Use> uses, int regions, int members) {
            Map<Tensor, int[]> lives = new LinkedHashMap<>();
            for (Use use : uses) {
                int[] life = lives.computeIfAbsent(use.tensor(), t -> new int[] {use.region(), use.region()});
                life[0] = Math.min(life[0], use.region());
                life[1] = Math.max(life[1], use.region());
            }
            graph.tensors(Tensor.Role.PARAMETER).forEach(t -> lives.putIfAbsent(t, new int[] {0, regions}));
            lives.forEach((t, life) -> {
                // a result has its place for good: a call that is verified alone finds its inputs there, written before the plan runs
                boolean forever = inState(t) || t.role() == Tensor.Role.METRIC || t.role() == Tensor.Role.STATE
                        || graph.results().contains(t);
                Form form = form(t);
                forms.put(t, form);
                request(inState(t), new Key.Slot(t), form.size(), forever ? 0 : life[0], forever ? regions : life[1]);
            });
            for (Op op : graph.ops()) {
                if (op instanceof Op.LinearBackwardData data) {
                    Form.Panels w = Form.Weight.of(data.layer().inputs(), data.layer().outputs(), data.layer().parts()).transposed();
                    Form.Panels copy = Form.Panels.of(w.allPanels() * PANEL, data.layer().inputs(), 1, PANEL);
                    copies.put(data.layer(), copy);
                    request(true, new Key.Copy(data.layer()), copy.size(), 0, regions);
                }
            }
            int rows = (batch + 3) / 4 * 4;
            int samples = graph.tensors().stream().mapToInt(Tensor::samples).max().orElse(1);
            int laneRows = Math.max(rows, (samples + 3) / 4 * 4);
            boolean trains = !graph.tensors(Tensor.Role.GRADIENT).isEmpty();
            for (int member = 0; member < members; member++) {
                if (trains) {
                    request(true, new Key.Scratch("gradient tile", member), BLOCK + PANEL, 0, regions);
                }
                request(false, new Key.Scratch("lanes", member), 2L * VIRTUAL_LANES * laneRows, 0, regions);
            }
            request(false, new Key.Scratch("zeros", 0), (long) PANEL * rows, 0, regions);
            return new Memory(this);
        }

        private void request(boolean toState, Key key, long size, int first, int last) {
            (toState ? state : work).add(new Placement.Request<>(key, size, first, last));
        }

        /// Forms that a tensor's shape alone does not tell.
        private void shapes() {
            for (Layer layer : graph.layers()) {
                shapes.put(layer.weight(), Form.Weight.of(layer.inputs(), layer.outputs(), layer.parts()));
            }
            for (Op op : graph.ops()) {
                op.access().perRow().forEach(p -> sums(p.tensor(), Math.ceilDiv(p.terms(), PANEL)));
                if (op instanceof Op.LinearBackwardWeight o) {
                    shapes.put(o.dW(), shapes.get(o.layer().weight()));
                }
                if (op instanceof Op.SquaredNorm o) {
                    shapes.put(o.partial(), Form.Partials.of(1, Blocks.count(form(o.gradient()))));
                }
                if (op instanceof Op.Update o && shapes.containsKey(o.parameter())) {
                    o.state().forEach(s -> shapes.put(s, shapes.get(o.parameter())));
                }
            }
        }

        /// A number for every row, in pieces.
        private void sums(Tensor t, int pieces) {
            shapes.put(t, Form.Partials.of(t.rows(batch), pieces));
        }

        private Form form(Tensor t) {
            Form special = shapes.get(t);
            return special != null ? special
                    : Form.Panels.of(t.rows(batch), t.columns(), t.parts(), t.batched() ? 4 : 1);
        }
    }
}
