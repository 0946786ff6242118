package dev.fusedvae.fuse;

import static dev.fusedvae.fuse.Rule.Link.FREE;
import static dev.fusedvae.spec.FusionLevel.LAYER;

import dev.fusedvae.graph.Layer.Place;
import dev.fusedvae.spec.FusionLevel;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// One fusion: a pattern of neighbours and what they become. [Kind] lists them.
///
/// @param result   the kind of the fused op
/// @param since    the lowest level at which the rule applies
/// @param when     whether the rule needs an optimizer that may run where gradients are made
/// @param least    groups that must come together; below, the group that starts stays what it is
/// @param elements the pattern; the first element starts a group, the others join it
public record Rule(Kind result, FusionLevel since, When when, int least, List<Element> elements) {

    /// How an element hangs on the group so far.
    public enum Link {
        /// It reads what the group writes.
        CONSUMES,
        /// It reads something that the group reads too.
        SHARES,
        /// It need not touch the group.
        FREE
    }

    /// Whether the optimizer may run where gradients are made.
    public enum When { ALWAYS, FUSED_OPTIMIZER }

    /// @param places   where the layer of the element may stand; empty for anywhere
    /// @param first    whether the layer must be the first of its half
    /// @param rereads  whether each row block reads this element's weights again, so that the budget applies
    public record Element(Kind kind, Link link, boolean optional, boolean repeated, Set<Place> places, boolean first, boolean rereads) {
        static Element of(Kind kind, Link link) {
            return new Element(kind, link, false, false, Set.of(), false, false);
        }

        Element opt() {
            return new Element(kind, link, true, repeated, places, first, rereads);
        }

        Element many() {
            return new Element(kind, link, true, true, places, first, rereads);
        }

        Element at(Place place) {
            return new Element(kind, link, optional, repeated, EnumSet.of(place), first, rereads);
        }

        Element leading() {
            return new Element(kind, link, optional, repeated, places, true, rereads);
        }

        Element budgeted() {
            return new Element(kind, link, optional, repeated, places, first, true);
        }
    }

    static Rule rule(Kind result, FusionLevel since, Element... elements) {
        return new Rule(result, since, When.ALWAYS, 1, List.of(elements));
    }

    /// Work by row blocks pays where a layer's rows need not leave the block; a product alone is better off in tiles.
    static Rule rowBlocks(Kind result, Element... elements) {
        return new Rule(result, LAYER, When.ALWAYS, 2, List.of(elements));
    }

    static Element start(Kind kind) {
        return Element.of(kind, FREE);
    }

    static Element next(Kind kind, Link link) {
        return Element.of(kind, link);
    }

    boolean applies(FusionLevel level, boolean wholeGradients) {
        return level.compareTo(since) >= 0 && switch (when) {
            case ALWAYS -> true;
            case FUSED_OPTIMIZER -> !wholeGradients;
        };
    }
}
