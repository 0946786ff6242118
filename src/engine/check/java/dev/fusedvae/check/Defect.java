package dev.fusedvae.check;

import java.util.Locale;

/// Something that a kernel does and must not do.
///
/// @param op      the op with its variant, as on the command line: `linear_bias_act/2_tiled`
/// @param at      the case, as on the command line: `13of16x207-64-5-64-207/gelu`
/// @param device  what ran it
/// @param guard   which check saw it
/// @param what    slot, row, column, value, what was expected and what would have been allowed
public record Defect(String op, String at, String device, Guard guard, String what) {

    /// The checks, in the order in which they look.
    public enum Guard {
        /// The device refused or gave up the launch.
        FAULT,
        /// Integer inputs: every bit must be right.
        EXACT,
        /// Real inputs: within rounding of the definition.
        ROUNDING,
        /// Outputs start as NaN, and rows beyond the live ones stay it (in kernels: the CPU path may use them up).
        POISON,
        /// What a call only reads is as it was.
        INPUTS,
        /// The words around slots are as they were.
        WORDS,
        /// The same again gives the same bits.
        REPEAT,
        /// The case proves something: not all expected values are zero.
        NONZERO;

        public String flag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The defect in one sentence without a full stop.
    public String text() {
        return "%s at %s on %s: %s".formatted(op, at, device, what);
    }

    @Override
    public String toString() {
        return text() + "; repeat it with `./fvae verify " + op + " --shape " + at + "`";
    }
}
