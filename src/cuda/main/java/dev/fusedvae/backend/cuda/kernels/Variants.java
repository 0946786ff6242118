package dev.fusedvae.backend.cuda.kernels;

import dev.fusedvae.run.BackendUnavailableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The variants of all ops, and the choice of the variant that a call runs on.
public final class Variants {
    private final KernelFolder folder;
    private final Architecture architecture;
    private final Map<String, String> wanted;
    private final Map<String, List<KernelSource.Variant>> byOp = new LinkedHashMap<>();
    private final Structs structs;

    /// @param wanted the variant to use for an op, independent of the takes line of its card
    /// @throws IllegalArgumentException    if one of these does not exist, or a card has another name than its file
    /// @throws BackendUnavailableException if a header of structs does not have the form that [Structs] requires
    public Variants(KernelFolder folder, Architecture architecture, Map<String, String> wanted) {
        this.folder = folder;
        this.architecture = architecture;
        this.wanted = wanted;
        structs = Structs.of(folder);
        for (String op : folder.ops()) {
            byOp.put(op, folder.variants(op).stream().map(file -> read(op, file)).toList());
        }
        wanted.forEach((op, name) -> {
            if (of(op).stream().noneMatch(v -> v.card().variant().equals(name))) {
                throw new IllegalArgumentException("there is no kernel variant " + op + "/" + name + "; " + (of(op).isEmpty()
                        ? "the ops with kernels are " + String.join(", ", byOp.keySet()) : "those of " + op + " are " + names(op)));
            }
        });
    }

    private static KernelSource.Variant read(String op, Path file) {
        KernelCard card = KernelCard.read(file);
        String name = file.getFileName().toString().replaceFirst("\\.cu$", "");
        if (!card.op().equals(op) || !card.variant().equals(name)) {
            throw new IllegalArgumentException("the card of " + file + " is that of " + card.name() + "; name it '// " + op + " / " + name + "'");
        }
        return new KernelSource.Variant(card, file);
    }

    /// The structs that the kernels of the folder take.
    public Structs structs() {
        return structs;
    }

    /// The structs of another header of its folder, such as `common/roofs.cuh`.
    public Structs structs(String header) {
        return Structs.in(folder, header);
    }

    /// The variants of an op, lowest number first; empty for an op without a kernel.
    public List<KernelSource.Variant> of(String op) {
        return byOp.getOrDefault(op, List.of());
    }

    public List<KernelSource.Variant> all() {
        return byOp.values().stream().flatMap(List::stream).toList();
    }

    /// The variant that the user asked for; else the one with the highest number among those whose card takes `dimensions`, because
    /// variants are numbered in the order of their speed.
    ///
    /// @throws BackendUnavailableException if there is none
    public KernelSource.Variant choose(String op, Map<String, Long> dimensions) {
        List<KernelSource.Variant> all = of(op);
        if (all.isEmpty()) {
            throw new BackendUnavailableException("the cuda backend has no kernel for " + op + " in " + folder.root() + "; use another fusion level or cpu");
        }
        Map<String, Long> known = new LinkedHashMap<>(dimensions);
        known.put("arch", (long) architecture.number());
        String name = wanted.getOrDefault(op, "");
        List<KernelSource.Variant> fitting = new ArrayList<>(all);
        fitting.removeIf(v -> name.isEmpty() ? !v.card().takes(known) : !v.card().variant().equals(name));
        if (fitting.isEmpty()) {
            throw new BackendUnavailableException("no variant of " + op + " takes " + known + "; force one by its name, there are " + names(op));
        }
        return fitting.getLast();
    }

    private String names(String op) {
        return of(op).stream().map(v -> v.card().variant()).collect(Collectors.joining(", "));
    }
}
