package dev.fusedvae.lab;

import dev.fusedvae.io.AtomicFile;
import dev.fusedvae.io.IoFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The README's table of the newest contest and its pictures, made from `bench/results`: nobody types a figure.
public final class ReadmeTable {
    private static final String CONTEST = "peers";
    private static final String BEGIN = "<!-- peers -->";
    private static final String END = "<!-- /peers -->";

    private final Path root;
    private final ReadmePictures pictures;

    /// @param root the source tree
    public ReadmeTable(Path root) {
        this.root = root;
        pictures = new ReadmePictures(root);
    }

    /// The text that belongs between the markers.
    private List<String> section(Path file) {
        BenchResults results = BenchResults.read(file);
        List<String> lines = new ArrayList<>(PeerTable.markdown(results));
        lines.add("");
        lines.add(PeerTable.RULE);
        lines.add("");
        lines.add(String.format(Locale.ROOT, "%s, %s; commit %.10s, JDK %s: [every sample](%s).", results.environment().get("machine"), results.environment().get("date"),
                results.environment().get("commit"), results.environment().get("jdk"), root.relativize(file).toString().replace('\\', '/')));
        if (LabCharts.peers(results).isPresent()) {
            lines.add("");
            lines.add("![Time of each contestant as a multiple of FusedVAE's](" + ReadmePictures.PEERS + ")");
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

    /// Writes table and pictures; returns the results that the table is of.
    public Path write() {
        Path file = pictures.newest(CONTEST);
        try {
            String readme = rewritten(file);
            pictures.write();
            AtomicFile.write(root.resolve("README.md"), readme);
            return file;
        } catch (IOException e) {
            throw new IoFailure("cannot bring README.md and its pictures up to date: " + e.getMessage(), e);
        }
    }

    /// What is not as [#write] would make it, a sentence each; empty if all is current.
    public List<String> stale() {
        List<String> found = new ArrayList<>();
        Path file = pictures.newest(CONTEST);
        try {
            if (!Files.readString(root.resolve("README.md")).equals(rewritten(file))) {
                found.add("the table of README.md is not that of " + root.relativize(file) + "; run fvae lab readme");
            }
            found.addAll(pictures.stale());
            return found;
        } catch (IOException e) {
            throw new IoFailure("cannot read README.md or its pictures: " + e.getMessage(), e);
        }
    }
}
