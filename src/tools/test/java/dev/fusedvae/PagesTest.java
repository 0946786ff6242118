package dev.fusedvae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the pages name exists: classes, files, and the places that links lead to.
class PagesTest {
    private static final Path ROOT = Path.of("").toAbsolutePath();
    /// Of the JDK, and tools that are no classes.
    private static final Set<String> FOREIGN = Set.of("ServiceLoader", "MemorySegment", "PrintInlining", "NodeCountInliningCutoff");
    /// What a walk-through makes and removes again, and what a command builds.
    private static final Set<String> PASSING = Set.of("kernels/gather_corrupt/1_naive.cu", "bench/gpu/bundle/");
    private static final Pattern NAME = Pattern.compile("`@?([A-Z][a-z][A-Za-z0-9]*)((?:\\.[A-Z][A-Za-z0-9]*)?)(?:\\.[a-z]\\w*)?(?:\\([^`]*\\))?`");
    private static final Pattern FILE = Pattern.compile("`((?:src|kernels|bench|\\.ci)/[\\w./-]+)`");
    private static final Pattern LINK = Pattern.compile("(?:\\]\\(|src=\")([^)#:\"\\s]*)(#[^)\\s]*)?[)\"]");

    private static String text(String page) throws IOException {
        return Files.readString(ROOT.resolve(page));
    }

    /// Prose without blocks of code, which show files and output as they were.
    private static String prose(String page) throws IOException {
        return text(page).replaceAll("(?s)```.*?```", "").replaceAll("(?m)^ {4}.*$", "");
    }

    /// Classes, and structs of kernels.
    private static Set<String> classes() throws IOException {
        Set<String> names = new TreeSet<>();
        for (String folder : List.of("src", "bench/src")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                files.map(f -> f.getFileName().toString()).filter(n -> n.endsWith(".java")).forEach(n -> names.add(n.substring(0, n.length() - ".java".length())));
            }
        }
        Pattern struct = Pattern.compile("struct (\\w+) \\{");
        try (Stream<Path> files = Files.walk(ROOT.resolve("kernels"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".cuh")).toList()) {
                struct.matcher(Files.readString(file)).results().forEach(m -> names.add(m.group(1)));
            }
        }
        return names;
    }

    private static boolean declares(String outer, String member) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve("src"))) {
            Path file = files.filter(f -> f.getFileName().toString().equals(outer + ".java")).findFirst().orElseThrow();
            return Pattern.compile("\\b(record|class|interface|enum|final \\w+) " + member + "\\b").matcher(Files.readString(file)).find();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "bench/README.md", "bench/LAB.md", "bench/gpu/README.md", ".github/ARCHITECTURE.md", ".github/CONTRIBUTING.md"})
    void classesAndFilesThatAPageNames_exist(String page) throws IOException {
        Set<String> classes = classes();
        List<String> missing = new ArrayList<>();
        for (MatchResult name : NAME.matcher(prose(page)).results().toList()) {
            if (FOREIGN.contains(name.group(1))) {
                continue;
            }
            if (!classes.contains(name.group(1)) || !name.group(2).isEmpty() && !declares(name.group(1), name.group(2).substring(1))) {
                missing.add(name.group());
            }
        }
        FILE.matcher(prose(page)).results().map(m -> m.group(1)).filter(f -> !f.matches(".*[A-Z]{2,}.*") && !PASSING.contains(f) && Files.notExists(ROOT.resolve(f))).forEach(missing::add);
        assertEquals(List.of(), missing);
    }

    @Test
    void pagesOnTheArchitecture_nameManyClasses_soThatTheCheckIsNoneInVain() throws IOException {
        for (String page : List.of(".github/ARCHITECTURE.md", ".github/CONTRIBUTING.md")) {
            long names = NAME.matcher(prose(page)).results().map(m -> m.group(1)).distinct().count();
            assertTrue(names > 20, page + " names " + names);
        }
    }

    /// The anchor of a heading, as GitHub forms it.
    private static String anchor(String heading) {
        return heading.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "bench/README.md", "bench/LAB.md", "bench/gpu/README.md", ".github/ARCHITECTURE.md", ".github/CONTRIBUTING.md"})
    void links_leadToWhatIsThere(String page) throws IOException {
        List<String> dead = new ArrayList<>();
        Path folder = ROOT.resolve(page).getParent();
        for (MatchResult link : LINK.matcher(prose(page)).results().toList()) {
            Path file = link.group(1).isEmpty() ? ROOT.resolve(page) : folder.resolve(link.group(1)).normalize();
            if (Files.notExists(file)) {
                dead.add(link.group());
            } else if (link.group(2) != null) {
                Set<String> anchors = Files.readAllLines(file).stream().filter(l -> l.startsWith("#")).map(PagesTest::anchor).collect(Collectors.toSet());
                if (!anchors.contains(link.group(2).substring(1))) {
                    dead.add(link.group());
                }
            }
        }
        assertEquals(List.of(), dead);
    }
}
