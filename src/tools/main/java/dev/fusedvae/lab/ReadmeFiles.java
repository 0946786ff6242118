package dev.fusedvae.lab;

import dev.fusedvae.io.IoFailure;
import dev.fusedvae.results.Json;
import dev.fusedvae.results.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The newest results of each kind, for one page.
///
/// @param root the source tree
/// @param page the page, from there; links start at its folder
/// @param used gets every file that is read
record ReadmeFiles(Path root, String page, Set<Path> used) {

    /// The newest results of `kind` that a CPU gave, by name, which begins with the date.
    ///
    /// @throws IoFailure if there is none, with the command that makes them
    Path newest(String kind) {
        Path last = listed(kind).getLast();
        used.add(last);
        return last;
    }

    /// All results of `kind` that a CPU gave, `bench/results/DATE-MACHINE-kind.json`, the newest last.
    ///
    /// @throws IoFailure if there is none, with the command that makes them
    List<Path> all(String kind) {
        List<Path> found = listed(kind);
        used.addAll(found);
        return found;
    }

    private List<Path> listed(String kind) {
        Path folder = root.resolve("bench/results");
        try (Stream<Path> there = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
            List<Path> found = there.filter(f -> f.getFileName().toString().matches("[0-9]{4}-[0-9]{2}-[0-9]{2}-.*-" + kind + "\\.json")).filter(ReadmeFiles::ofCpu).sorted().toList();
            if (found.isEmpty()) {
                throw new IoFailure("there are no results DATE-MACHINE-" + kind + ".json in " + folder + "; make them with " + command(kind));
            }
            return found;
        } catch (IOException e) {
            throw new IoFailure("cannot list " + folder, e);
        }
    }

    /// The tables say "CPU": results of a GPU do not take their place, however new they are.
    private static boolean ofCpu(Path file) {
        String device = Json.read(file).path("environment").path("device").asText("cpu");
        return device.startsWith("cpu") || device.matches(".*\\bthreads?\\b.*");
    }

    private static String command(String kind) {
        return Program.name() + switch (kind) {
            case "ablation" -> " ablate --out FILE";
            case "scale" -> " scale --out FILE";
            case "peers-dense" -> " bench peers --dense";
            case "iwae50" -> " bench peers --rows I@iwae50:20 --out FILE";
            case "reproduce" -> " reproduce --json";
            default -> " bench " + kind;
        };
    }

    BenchResults results(String kind) {
        return BenchResults.read(newest(kind));
    }

    /// The row of that name in the newest results of `kind`.
    ///
    /// @throws IoFailure if it has none
    BenchResults.Row row(String kind, String name) {
        return results(kind).row(name).orElseThrow(() -> new IoFailure(newest(kind) + " has no row '" + name + "', which " + page + " shows; measure it, or take it out of the page"));
    }

    /// The samples of `who` in a row.
    ///
    /// @throws IoFailure if it did not run there: a page shows no gap
    Samples samples(String kind, String name, String who) {
        return row(kind, name).of(who).orElseThrow(() -> new IoFailure(newest(kind) + ", row '" + name + "': " + who + " has no times, and " + page
                + " shows them (" + row(kind, name).series(who).map(BenchResults.Series::ran).orElse("it is not in the row") + ")"));
    }

    /// A fact of a row.
    ///
    /// @throws IoFailure if the row does not say it
    String fact(String kind, String name, String fact) {
        return Optional.ofNullable(row(kind, name).facts().get(fact))
                .orElseThrow(() -> new IoFailure(newest(kind) + ", row '" + name + "' does not say its " + fact + ", which " + page + " shows"));
    }

    /// From the page to the newest results of `kind`.
    String link(String kind) {
        return link(newest(kind));
    }

    String link(Path file) {
        Path folder = root.resolve(page).getParent();
        return folder.relativize(file).toString().replace('\\', '/');
    }
}
