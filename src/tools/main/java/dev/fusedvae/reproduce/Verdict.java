package dev.fusedvae.reproduce;

/// What a result says about its figure.
public enum Verdict {
    /// Every number lies in its band.
    PASS,
    /// A number lies outside its band.
    FAIL,
    /// Trained for fewer or more epochs than published: the band does not apply.
    OTHER_EPOCHS,
    /// There is no figure yet: this result, once committed, is it.
    FIRST;

    /// `PASS`, `FAIL`, `OTHER EPOCHS`, `FIRST`.
    public String words() {
        return name().replace('_', ' ');
    }
}
