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
/// @param result the kind of the fused op
/// @param since  the lowest level at which the rule applies
/// @param when   whether the rule needs an optimizer that may run where gradients are made
/// @param least  groups that must come together; below, the group that starts stays what it is
/// @param parts  the pattern; the first part starts a group, the others join it
public record Rule(Kind result, FusionLevel since, When when, int least, List<Part> parts) {

    /// How a part hangs on the group so far.
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

    /// @param places   where the layer of the part may stand; empty for anywhere
    /// @param first    whether the layer must be the first of its half
    /// @param rereads  whether each row block reads this part's weights again, so that the budget applies
    public record Part(Kind kind, Link link, boolean optional, boolean repeated, Set<Place> places, boolean first, boolean rereads) {
        static Part of(Kind kind, Link link) {
            return new Part(kind, link, false, false, Set.of(), false, false);
        }

        Part opt() {
            return new Part(kind, link, true, repeated, places, first, rereads);
        }

        Part many() {
            return new Part(kind, link, true, true, places, first, rereads);
        }

        Part at(Place place) {
            return new Part(kind, link, optional, repeated, EnumSet.of(place), first, rereads);
        }

        Part leading() {
            return new Part(kind, link, optional, repeated, places, true, rereads);
        }

        Part budgeted() {
            return new Part(kind, link, optional, repeated, places, first, true);
        }
    }

    static Rule rule(Kind result, FusionLevel since, Part... parts) {
        return new Rule(result, since, When.ALWAYS, 1, List.of(parts));
    }

    /// Work by row blocks pays where a layer's rows need not leave the block; a product alone is better off in tiles.
    static Rule rowBlocks(Kind result, Part... parts) {
        return new Rule(result, LAYER, When.ALWAYS, 2, List.of(parts));
    }

    static Part start(Kind kind) {
        return Part.of(kind, FREE);
    }

    static Part next(Kind kind, Link link) {
        return Part.of(kind, link);
    }

    boolean applies(FusionLevel level, boolean wholeGradients) {
        return level.compareTo(since) >= 0 && switch (when) {
            case ALWAYS -> true;
            case FUSED_OPTIMIZER -> !wholeGradients;
        };
    }
}
