package dev.fusedvae.train;

import dev.fusedvae.run.Figures;
import dev.fusedvae.spec.Objective;
import java.util.List;
import java.util.Locale;

/// Figures as the cells of a table: a label, the bound, and its two terms where it splits into them.
///
/// @param bound what training's averages are of
public record FigureTable(Objective.Bound bound) {

    /// Nats per example: names of the columns behind the label.
    public List<String> header() {
        return List.of("nats per example", bound.splits() ? bound.name() : "bound", "reconstruction", "KL");
    }

    /// The training set, as the objective sees it. A bound that does not split stands alone, by its name.
    public List<String> train(String label, Figures f) {
        return bound.splits() ? row(label, f) : List.of(label + ": " + bound.name(), number(f.elbo()), "–", "–");
    }

    /// The test set, of which every objective's ELBO is known.
    public List<String> test(String label, Figures f) {
        return row(bound.splits() ? label : label + ": " + Objective.Bound.ELBO.name(), f);
    }

    private static List<String> row(String label, Figures f) {
        return List.of(label, number(f.elbo()), number(f.reconstruction()), number(f.kl()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
