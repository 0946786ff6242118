package dev.fusedvae.backend.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.check.OpSweep;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The formula, the primitive ops and the slots in a kernel's card equal those in the definition of its op.
///
/// The definitions are taken from all cases with which ops are verified, and from the graph of log p(x).
class CardsTest {
    private static final Map<Kind, List<OpSweep.Definition>> DEFINITIONS = new EnumMap<>(Kind.class);
    private static final Map<Kind, List<KernelCard>> CARDS = new EnumMap<>(Kind.class);

    @BeforeAll
    static void collect() {
        Fusion highest = Fusion.of(FusionLevel.LAYER).within(CudaBackend.BUDGET);
        // only the graph of log p(x) has sums of squares
        Plan logP = Plan.of(Graphs.importance(VaeSpec.of(35, List.of(21), 5).withObjective(new Objective.Iwae(4, false)), Binarization.NONE, 4), highest, 17);
        Stream.concat(new OpSweep(OpSweep.cases(), highest).definitions().stream(), logP.calls().stream().map(c -> new OpSweep.Definition(c.op(), logP)))
                .forEach(d -> DEFINITIONS.computeIfAbsent(d.op().kind(), k -> new ArrayList<>()).add(d));
        for (Kind kind : Kind.values()) {
            CARDS.put(kind, Kernels.variants().stream().map(KernelSource.Variant::card).filter(c -> c.op().equals(kind.label())).toList());
        }
    }

    /// Every primitive op and every rule occurs in a case, since otherwise no test would verify it.
    @Test
    void everyKind_hasAKernelAndACase() {
        for (Kind kind : Kind.values()) {
            assertTrue(!CARDS.get(kind).isEmpty(), "kernels/" + kind.label() + " holds no kernel of " + kind);
            assertTrue(DEFINITIONS.containsKey(kind), "no case of OpSweep has a call of " + kind);
        }
    }

    @Test
    void formula_isTheDefinitions() {
        CARDS.forEach((kind, cards) -> cards.forEach(card -> assertEquals(kind.formula(), card.formula(), card.name())));
    }

    /// `fuses  linear, [add_bias], [activate]: why`: the primitive ops in the order of the graph, those that some definitions lack in
    /// brackets; `nothing` if the op is primitive itself.
    @Test
    void fuses_areTheDefinitionsOps() {
        List<String> wrong = new ArrayList<>();
        CARDS.forEach((kind, cards) -> {
            String expected = fuses(kind);
            for (KernelCard card : cards) {
                String said = card.lines().get("fuses").split("[:;]", 2)[0].strip();
                if (!said.equals(expected)) {
                    wrong.add(card.name() + " fuses '" + said + "', its definitions say '" + expected + "'");
                }
            }
        });
        assertEquals(List.of(), wrong);
    }

    private static String fuses(Kind kind) {
        List<FusedOp> all = DEFINITIONS.get(kind).stream().map(OpSweep.Definition::op).toList();
        Map<Kind, Set<Kind>> before = new EnumMap<>(Kind.class);
        Set<Kind> always = new LinkedHashSet<>(parts(all.getFirst()));
        for (FusedOp op : all) {
            List<Kind> parts = parts(op);
            always.retainAll(parts);
            for (int i = 0; i < parts.size(); i++) {
                before.computeIfAbsent(parts.get(i), k -> new LinkedHashSet<>()).addAll(parts.subList(0, i));
            }
        }
        List<Kind> order = new ArrayList<>();
        while (order.size() < before.size()) {
            order.add(before.keySet().stream().filter(k -> !order.contains(k) && order.containsAll(before.get(k))).findFirst().orElseThrow(
                    () -> new AssertionError("the definitions of " + kind + " order their ops differently: " + before)));
        }
        return order.equals(List.of(kind)) ? "nothing"
                : order.stream().map(k -> always.contains(k) ? k.label() : "[" + k.label() + "]").collect(Collectors.joining(", "));
    }

    /// The kinds of the primitive ops, in the order of their first occurrence.
    private static List<Kind> parts(FusedOp op) {
        return op.ops().stream().map(Kind::of).distinct().toList();
    }

    @Test
    void shapes_areTheDefinitionsSlots() {
        List<String> wrong = new ArrayList<>();
        CARDS.forEach((kind, cards) -> cards.forEach(card -> wrong.addAll(new CardSlots(card).faults(DEFINITIONS.get(kind)))));
        assertEquals(List.of(), wrong);
    }
}
