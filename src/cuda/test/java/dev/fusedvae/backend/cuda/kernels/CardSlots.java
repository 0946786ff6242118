package dev.fusedvae.backend.cuda.kernels;

import dev.fusedvae.backend.cuda.lowering.Bindings;
import dev.fusedvae.backend.cuda.lowering.Shape;
import dev.fusedvae.backend.cuda.lowering.Slots;
import dev.fusedvae.check.OpSweep;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Prior;
import dev.fusedvae.spec.VaeSpec;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Compares the slots in a card's `shapes` line with those that the op's definitions read and write.
///
/// The line is a list of `name[rows,columns]` or `name[values]` among other words. A slot has the name of its component in the record of
/// the primitive op (in a fused op it may have several such names, and the card may use any of them); the weight and bias of a layer are
/// `W` and `b`. If an op has more than one layer, those of the heads are `Wh` and `bh`. The result of the heads is `heads`, its gradient
/// `dHeads`, the input of the output layer `h`, and a sum of columns may be called `db`. A name may occur twice, with the sizes of
/// different cases. The other inputs of a kernel are named as well: `data[examples,D]`, `values[256]` and `mean[D]` if examples are
/// gathered, `prior[3,L]` if the prior is used.
///
/// Sizes are arithmetic on letters: those of the launch line, `k` samples per example, `L` latents, `D` features. Another word,
/// such as `tiles`, means the same size throughout a definition; `C` is the number of values of any parameter, `grid` one value per block.
final class CardSlots {
    private static final Pattern ENTRY = Pattern.compile("([\\p{L}_][\\p{L}\\d_]*)\\[([^\\]]+)]");

    /// Names of slots that occur in lists: one entry in the card stands for all slots of a list.
    private static final Set<String> LISTS = Set.of("parameter", "gradient", "state", "norms", "partial");

    private record Entry(String name, List<String> sizes) {}

    /// A pointer of the kernel: the names that a card may give it, and its possible sizes.
    private record Pointer(String what, Set<String> names, List<List<Long>> sizes) {}

    private final KernelCard card;
    private final List<Entry> entries = new ArrayList<>();
    private final Set<Entry> used = new LinkedHashSet<>();

    CardSlots(KernelCard card) {
        this.card = card;
        Matcher matcher = ENTRY.matcher(card.lines().get("shapes"));
        while (matcher.find()) {
            entries.add(new Entry(matcher.group(1), List.of(matcher.group(2).split(","))));
        }
    }

    List<String> faults(List<OpSweep.Definition> definitions) {
        Set<String> faults = new LinkedHashSet<>();
        for (OpSweep.Definition definition : definitions) {
            check(definition).ifPresent(faults::add);
            if (faults.size() > 3) {
                break;
            }
        }
        if (faults.isEmpty()) {
            entries.stream().filter(e -> !used.contains(e)).forEach(e -> faults.add(card.name() + " names " + e + ", which no definition has"));
        }
        return List.copyOf(faults);
    }

    private Optional<String> check(OpSweep.Definition definition) {
        Map<String, Long> letters = new HashMap<>(letters(definition));
        List<Pointer> open = new ArrayList<>(pointers(definition));
        Map<Pointer, Entry> found = new IdentityHashMap<>();
        if (match(open, 0, letters, found)) {
            used.addAll(found.values());
            return Optional.empty();
        }
        // report the first entry that matches nothing by itself, else all entries
        String lacking = open.stream().filter(p -> !match(List.of(p), 0, new HashMap<>(letters), new IdentityHashMap<>())).findFirst()
                .map(Pointer::toString).orElse("all of " + open);
        return Optional.of(card.name() + " lacks " + lacking + " of " + definition.op().title() + " " + letters + "\n");
    }

    private boolean match(List<Pointer> open, int at, Map<String, Long> letters, Map<Pointer, Entry> found) {
        if (at == open.size()) {
            return true;
        }
        Pointer pointer = open.get(at);
        for (Entry entry : entries) {
            if (pointer.names().contains(entry.name()) && (LISTS.contains(entry.name()) || !found.containsValue(entry))) {
                for (List<Long> sizes : pointer.sizes()) {
                    Map<String, Long> bound = new HashMap<>(letters);
                    if (fits(entry, sizes, bound)) {
                        found.put(pointer, entry);
                        if (match(open, at + 1, bound, found)) {
                            return true;
                        }
                        found.remove(pointer);
                    }
                }
            }
        }
        return false;
    }

    private boolean fits(Entry entry, List<Long> sizes, Map<String, Long> letters) {
        if (entry.sizes().size() != sizes.size()) {
            return false;
        }
        for (int i = 0; i < sizes.size(); i++) {
            String size = entry.sizes().get(i);
            if (size.equals("C") || size.equals("grid")) {
                continue;
            }
            if (size.matches("\\p{L}+")) {
                Long before = letters.putIfAbsent(size, sizes.get(i));
                if (before != null && !before.equals(sizes.get(i))) {
                    return false;
                }
            } else if (value(size, letters) != sizes.get(i)) {
                return false;
            }
        }
        return true;
    }

    /// `2L` is 2·L.
    private double value(String size, Map<String, Long> letters) {
        return new CardText("the shapes line of " + card.name(), size.replaceAll("(\\d)(\\p{L})", "$1·$2"), letters).sum();
    }

    private static Map<String, Long> letters(OpSweep.Definition definition) {
        VaeSpec spec = definition.plan().graph().spec();
        Map<String, Long> letters = new LinkedHashMap<>();
        letters.put("L", (long) spec.latent());
        letters.put("D", (long) spec.features());
        letters.put("k", (long) slots(definition).stream().mapToInt(Tensor::samples).max().orElse(1));
        letters.putAll(Bindings.dimensions(definition.op(), definition.plan().batch()));
        return letters;
    }

    private static Set<Tensor> slots(OpSweep.Definition definition) {
        Set<Tensor> all = new LinkedHashSet<>(definition.op().reads());
        all.addAll(definition.op().writes());
        return all;
    }

    private static List<Pointer> pointers(OpSweep.Definition definition) {
        Map<Tensor, Shape> shapes = Slots.Layout.of(definition.plan(), Map.of()).shapes();
        Map<Tensor, Set<String>> names = new HashMap<>();
        List<Pointer> all = new ArrayList<>();
        for (Op op : definition.op().ops()) {
            name((Record) op, names);
            switch (op) {
                case Op.Linear o when o.layer().place() == Layer.Place.HEADS -> add("heads", o.y(), names);
                case Op.Linear o when o.layer().place() == Layer.Place.OUTPUT -> add("h", o.x(), names);
                case Op.AddBias o when o.layer().place() == Layer.Place.HEADS -> add("heads", o.y(), names);
                case Op.LinearBackwardData o when o.layer().place() == Layer.Place.HEADS -> add("dHeads", o.dY(), names);
                case Op.ColumnSum o -> add("db", o.out(), names);
                case Op.L1Penalty o -> add("heads", o.code(), names);
                case Op.L1Backward o -> add("heads", o.code(), names);
                case Op.Add o when names.get(o.a()).contains("dHeads") || names.get(o.b()).contains("dCode") -> add("dHeads", o.out(), names);
                default -> { }
            }
        }
        for (Tensor t : slots(definition)) {
            List<List<Long>> sizes = shapes.get(t) instanceof Shape.Partials p ? sizes(p.tiles(), p.rows())
                    : sizes(t.rows(definition.plan().batch()), t.width());
            all.add(new Pointer(t.toString(), names.get(t), sizes));
        }
        beside(definition, all);
        return all;
    }

    private static List<List<Long>> sizes(long rows, long width) {
        return rows == 1 || width == 1 ? List.of(List.of(rows * width), List.of(rows, width)) : List.of(List.of(rows, width), List.of(rows * width));
    }

    private static void beside(OpSweep.Definition definition, List<Pointer> all) {
        for (Op op : definition.op().ops()) {
            if (op instanceof Op.Gather gather) {
                long width = gather.x().width();
                all.add(new Pointer("data", Set.of("data"), List.of(List.of(1000L, width))));
                all.add(new Pointer("values", Set.of("values"), List.of(List.of(256L))));
                all.add(new Pointer("mean", Set.of("mean"), List.of(List.of(width))));
            }
            if (Stream.of(op.getClass().getRecordComponents()).anyMatch(c -> c.getType() == Prior.class)) {
                all.add(new Pointer("prior", Set.of("prior"), List.of(List.of(3L, (long) definition.plan().graph().spec().latent()))));
            }
        }
    }

    /// Adds the names of the tensors in the components of `record`, and of records in these components.
    private static void name(Record record, Map<Tensor, Set<String>> names) {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            try {
                add(component.getName(), component.getAccessor().invoke(record), names);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static void add(String name, Object value, Map<Tensor, Set<String>> names) {
        switch (value) {
            case Tensor t -> names.computeIfAbsent(t, first -> new LinkedHashSet<>()).add(name);
            case Layer layer -> {
                String suffix = layer.place() == Layer.Place.HEADS ? "h" : "";
                for (String of : Set.copyOf(List.of("", suffix))) {
                    add("W" + of, layer.weight(), names);
                    layer.bias().ifPresent(b -> add("b" + of, b, names));
                }
            }
            case Optional<?> maybe -> maybe.ifPresent(v -> add(name, v, names));
            case Collection<?> several -> several.forEach(v -> add(name, v, names));
            case Record inner -> name(inner, names);
            default -> { } // a number, a flag or a name
        }
    }
}
