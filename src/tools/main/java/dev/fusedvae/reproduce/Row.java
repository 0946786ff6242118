package dev.fusedvae.reproduce;

import java.util.List;

/// A row of the table of figures.
///
/// @param name   what `fvae reproduce` calls it
/// @param setup  in words
/// @param figure the published figure with its unit
/// @param source who published it, or why it is exact
/// @param band   what passes, in words
/// @param effort how long it takes on two cores, about
/// @param quick  whether it belongs to every run of the tests
public record Row(String name, String setup, String figure, String source, String band, String effort, boolean quick,
                  List<Case> cases) {

    public Row {
        cases = List.copyOf(cases);
    }
}
