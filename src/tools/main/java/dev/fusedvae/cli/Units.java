package dev.fusedvae.cli;

import java.util.Locale;

/// Numbers with units, as people read them.
final class Units {
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final String[] DECIMAL = {"", "k", "M", "G", "T", "P"};

    private Units() {}

    /// `999 B`, `1.5 MiB`.
    static String bytes(long bytes) {
        return scaled(bytes, 1024, BINARY, " ");
    }

    /// `999`, `1.5 M`.
    static String count(double count) {
        return scaled(count, 1000, DECIMAL, " ").strip();
    }

    static String flops(long flops) {
        return scaled(flops, 1000, DECIMAL, " ") + "flop";
    }

    /// `0.8 s`, `2 min 5 s`.
    static String seconds(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60 ? String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds)
                : whole < 3600 ? whole / 60 + " min " + whole % 60 + " s" : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }

    private static String scaled(double value, double base, String[] units, String gap) {
        int unit = 0;
        while (value >= base && unit < units.length - 1) {
            value /= base;
            unit++;
        }
        boolean whole = unit == 0 || value >= 100;
        return String.format(Locale.ROOT, whole ? "%.0f" : "%.1f", value) + gap + units[unit];
    }
}
