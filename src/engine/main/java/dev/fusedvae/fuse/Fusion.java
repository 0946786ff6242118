package dev.fusedvae.fuse;

import dev.fusedvae.spec.FusionLevel;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/// Which rules may apply: those of a level, less those whose result is in `without`.
///
/// @param without what no rule makes, though the level would: to leave products to a library, or to see what a rule is worth
/// @param budget  what the backend that will run the plan can bear
public record Fusion(FusionLevel level, Set<Kind> without, Budget budget) {

    public Fusion {
        without = without.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(without));
    }

    /// Every rule of `level`, for a backend without bounds.
    public static Fusion of(FusionLevel level) {
        return new Fusion(level, Set.of(), Budget.UNLIMITED);
    }

    /// The same rules for a backend that can bear `value`.
    public Fusion within(Budget value) {
        return new Fusion(level, without, value);
    }

    /// Every rule of its level but those that make `kinds`, and those that need what they make.
    public Fusion without(Set<Kind> kinds) {
        Set<Kind> all = EnumSet.noneOf(Kind.class);
        all.addAll(without);
        all.addAll(kinds);
        return new Fusion(level, all, budget);
    }

    boolean applies(Rule rule, boolean wholeGradients) {
        return rule.applies(level, wholeGradients) && !without.contains(rule.result());
    }

    /// `epilogue`, or `epilogue without reparam_kl`.
    public String text() {
        return level.flag() + (without.isEmpty() ? "" : " without " + without.stream().sorted().map(Kind::label).collect(Collectors.joining(", ")));
    }
}
