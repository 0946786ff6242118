package dev.fusedvae.lab;

import dev.fusedvae.chart.Chart;
import dev.fusedvae.io.AtomicFile;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.results.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/// The pictures in `bench/pictures`, each of the newest results of its kind: `peers.svg`, and of ablations and scales
/// those that lie there or that a page names, `KIND-N.svg` being the N-th picture of [LabCharts].
///
/// A picture ends with a comment that names the file it is of. Fonts differ between machines and move what is drawn, so a
/// picture is current if that comment and its words are those of a new one, and not only if every byte is.
final class ReadmePictures {
    static final String PEERS = "bench/pictures/peers.svg";
    private static final String FOLDER = "bench/pictures";
    private static final Pattern NUMBERED = Pattern.compile("pictures/(ablation|scale)-([1-9][0-9]{0,2})\\.svg");
    private static final Pattern WORDS = Pattern.compile("<text[^>]*>([^<]*)<");

    /// @param place  of the picture, in the tree
    /// @param source the results it is of
    /// @param svg    its text; empty if those results have no such picture
    private record Wanted(String place, Path source, Optional<String> svg) {}

    private final Path root;
    private final Set<String> pages;
    private final ReadmeFiles files;

    /// @param root  the source tree
    /// @param pages that name pictures, as places in the tree
    ReadmePictures(Path root, Set<String> pages) {
        this.root = root;
        this.pages = Set.copyOf(pages);
        files = new ReadmeFiles(root, FOLDER, new TreeSet<>());
    }

    private List<Wanted> wanted() throws IOException {
        List<Wanted> all = new ArrayList<>();
        Path contest = files.newest("peers");
        LabCharts.peers(BenchResults.read(contest)).ifPresent(p -> all.add(new Wanted(PEERS, contest, Optional.of(svg(p.chart(), contest)))));
        for (String place : numbered()) {
            Matcher name = NUMBERED.matcher(place);
            if (name.find()) {
                Path source = files.newest(name.group(1));
                List<LabCharts.Picture> pictures = LabCharts.of(BenchResults.read(source));
                int number = Integer.parseInt(name.group(2));
                all.add(new Wanted(place, source, number > pictures.size() ? Optional.empty() : Optional.of(svg(pictures.get(number - 1).chart(), source))));
            }
        }
        return all;
    }

    /// The numbered pictures that a page names or that lie in the folder.
    private Set<String> numbered() throws IOException {
        Set<String> all = new TreeSet<>();
        for (String page : pages) {
            NUMBERED.matcher(Files.readString(root.resolve(page))).results().map(m -> "bench/" + m.group()).forEach(all::add);
        }
        Path folder = root.resolve(FOLDER);
        try (Stream<Path> there = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
            there.map(f -> "pictures/" + f.getFileName()).filter(f -> NUMBERED.matcher(f).matches()).map(f -> "bench/" + f).forEach(all::add);
        }
        return all;
    }

    private static String svg(Chart chart, Path source) {
        return chart.svg() + "\n" + mark(source) + "\n";
    }

    private static String mark(Path source) {
        try {
            CRC32 sum = new CRC32();
            sum.update(Files.readAllBytes(source));
            return "<!-- of %s, CRC-32 %08x -->".formatted(source.getFileName(), sum.getValue());
        } catch (IOException e) {
            throw new IoFailure("cannot read " + source + ": " + e.getMessage(), e);
        }
    }

    /// All that is written in a picture; where lines break depends on the font.
    private static String words(String svg) {
        return WORDS.matcher(svg).results().map(m -> m.group(1)).collect(Collectors.joining()).replaceAll("\\s", "");
    }

    /// Writes every picture.
    ///
    /// @throws IoFailure if the results have fewer pictures than are named; then none is written
    void write() throws IOException {
        List<Wanted> all = wanted();
        for (Wanted one : all) {
            if (one.svg().isEmpty()) {
                throw new IoFailure(missing(one));
            }
        }
        all.forEach(one -> AtomicFile.write(root.resolve(one.place()), one.svg().orElseThrow()));
    }

    private String missing(Wanted one) {
        return one.place() + " is none of the pictures of " + root.relativize(one.source()) + "; remove it, and its name from the pages";
    }

    /// What is not as [#write] would make it, a sentence each.
    List<String> stale() throws IOException {
        List<String> found = new ArrayList<>();
        for (Wanted one : wanted()) {
            Path file = root.resolve(one.place());
            String there = Files.isRegularFile(file) ? Files.readString(file).strip() : "";
            if (one.svg().isEmpty()) {
                found.add(missing(one));
            } else if (!there.endsWith(mark(one.source())) || !words(there).equals(words(one.svg().get()))) {
                found.add(one.place() + " is not of " + root.relativize(one.source()) + "; run " + Program.name() + " lab readme");
            }
        }
        return found;
    }
}
