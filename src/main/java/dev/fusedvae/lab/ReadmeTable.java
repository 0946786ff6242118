package dev.fusedvae.lab;

import dev.fusedvae.io.AtomicFile;
import dev.fusedvae.io.IoFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/// The README's table and picture of the newest contest, made from `bench/results`: nobody types a figure.
public final class ReadmeTable {
    private static final String BEGIN = "<!-- peers -->";
    private static final String END = "<!-- /peers -->";
    private static final String PICTURE = "bench/pictures/peers.svg";

    private final Path root;

    /// @param root the source tree
    public ReadmeTable(Path root) {
        this.root = root;
    }

    /// The newest results of a contest, by their date and then by name.
    ///
    /// @throws IoFailure if there is none
    private Path newest() {
        Path folder = root.resolve("bench/results");
        try (Stream<Path> files = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
            record Dated(String date, Path file) {}
            Optional<Dated> last = files.filter(f -> f.toString().endsWith("-peers.json")).map(f -> new Dated(BenchResults.read(f).environment().get("date"), f))
                    .max(Comparator.comparing(Dated::date).thenComparing(d -> d.file().getFileName().toString()));
            return last.orElseThrow(() -> new IoFailure("there are no results DATE-MACHINE-peers.json in " + folder + "; make them with fvae bench peers")).file();
        } catch (IOException e) {
            throw new IoFailure("cannot list " + folder, e);
        }
    }

    /// The text that belongs between the markers.
    private List<String> section(Path file) {
        BenchResults results = BenchResults.read(file);
        List<String> lines = new ArrayList<>(PeerTable.markdown(results));
        lines.add("");
        lines.add(String.format(Locale.ROOT, "%s, %s; commit %.10s, JDK %s: [every sample](%s).", results.environment().get("machine"), results.environment().get("date"),
                results.environment().get("commit"), results.environment().get("jdk"), root.relativize(file).toString().replace('\\', '/')));
        if (LabCharts.peers(results).isPresent()) {
            lines.add("");
            lines.add("![Time of each contestant as a multiple of FusedVAE's](" + PICTURE + ")");
        }
        return lines;
    }

    /// The README with the section in place.
    private String rewritten(Path file) throws IOException {
        Path readme = root.resolve("README.md");
        String text = Files.readString(readme);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IoFailure(readme + " has no place for the table; put the lines " + BEGIN + " and " + END + " where it is to be");
        }
        return text.substring(0, begin + BEGIN.length()) + "\n" + String.join("\n", section(file)) + "\n" + text.substring(end);
    }

    /// The picture ends with a comment that names the file it is of: fonts differ between machines, so its text may too.
    private Optional<String> picture(Path file) throws IOException {
        String source = source(file);
        return LabCharts.peers(BenchResults.read(file)).map(p -> p.chart().svg() + "\n" + source + "\n");
    }

    private static String source(Path file) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(Files.readAllBytes(file));
        return "<!-- of %s, CRC-32 %08x -->".formatted(file.getFileName(), sum.getValue());
    }

    /// Writes table and picture; returns the results they are of.
    public Path write() {
        Path file = newest();
        try {
            String readme = rewritten(file);
            picture(file).ifPresent(svg -> AtomicFile.write(root.resolve(PICTURE), svg));
            AtomicFile.write(root.resolve("README.md"), readme);
            return file;
        } catch (IOException e) {
            throw new IoFailure("cannot bring README.md and " + PICTURE + " up to date: " + e.getMessage(), e);
        }
    }

    /// What is not as [#write] would make it, a sentence each; empty if all is current.
    public List<String> stale() {
        List<String> found = new ArrayList<>();
        Path file = newest();
        try {
            if (!Files.readString(root.resolve("README.md")).equals(rewritten(file))) {
                found.add("the table of README.md is not that of " + root.relativize(file) + "; run fvae lab readme");
            }
            Path picture = root.resolve(PICTURE);
            if (picture(file).isPresent() && !(Files.isRegularFile(picture) && Files.readString(picture).strip().endsWith(source(file)))) {
                found.add(PICTURE + " is not of " + root.relativize(file) + "; run fvae lab readme");
            }
            return found;
        } catch (IOException e) {
            throw new IoFailure("cannot read README.md or " + PICTURE + ": " + e.getMessage(), e);
        }
    }
}
