package dev.fusedvae.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Where a catalogued data set was looked for, in order, and what was there.
public record Lookup(String name, List<Place> places) {

    public Lookup {
        places = List.copyOf(places);
    }

    /// One place: who named it (`data-dir` for the folder that was given, `FVAE_DATA`, `cache`, `system`, `built in`), and the reason where it will not do.
    ///
    /// `folder` is empty for data inside the jar.
    public record Place(String origin, Optional<Path> folder, boolean found, String reason) {

        @Override
        public String toString() {
            return folder.map(Path::toString).orElse("inside the jar") + " (" + origin + "): " + (found ? "found" : reason);
        }
    }

    /// The first place that holds the data.
    public Optional<Place> found() {
        return places.stream().filter(Place::found).findFirst();
    }

    /// The places in order as one phrase.
    public String describe() {
        return places.stream().map(Place::toString).collect(Collectors.joining("; "));
    }
}
