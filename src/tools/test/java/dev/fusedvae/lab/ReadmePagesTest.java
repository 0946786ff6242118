package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.io.IoFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// That figures and pictures of the pages are those of the newest results, and that a missing one is an error.
class ReadmePagesTest {
    private static final String CONTEST = "<!-- contest -->\n<!-- /contest -->\n";
    private static final String TRAINING = "<!-- training -->\n<!-- /training -->\n";
    private static final List<String> TRAINED = List.of("S, batch 128", "S, batch 1024", "I, batch 20", "I, batch 128", "big, batch 64", "big, batch 256");

    @TempDir
    Path root;

    @BeforeEach
    void folders() throws IOException {
        Files.createDirectories(root.resolve("bench/results"));
        Files.createDirectories(root.resolve("bench/pictures"));
    }

    private static Map<String, String> environment(String date) {
        Map<String, String> all = new LinkedHashMap<>(Map.of("commit", "0123456789abcdef", "date", date, "machine", "a machine", "device", "cpu", "jdk", "25"));
        all.put("torch 2", "torch 2.14.1+cu130, Python 3, 2 threads");
        all.put("jax 2", "jax 0.10.2, Python 3, 2 threads");
        return all;
    }

    private static BenchResults.Series series(String who, double millis) {
        return new BenchResults.Series(who, who, Optional.of(Samples.of(List.of(millis, millis, millis))));
    }

    private static BenchResults.Row row(String name, double ours) {
        return new BenchResults.Row(name, "ms", List.of(series("fusedvae", ours), series("torch eager", 6), series("torch compile", 5), series("jax jit", 4)), Map.of());
    }

    private void write(String date, String kind, Map<String, String> environment, List<BenchResults.Row> rows) {
        new BenchResults("peers", environment, rows).write(root.resolve("bench/results/" + date + "-a-" + kind + ".json"));
    }

    /// A contest in which we take `ours` milliseconds everywhere, and the row with importance weights.
    private void results(String date, double ours) {
        List<BenchResults.Row> rows = new ArrayList<>(TRAINED.stream().map(name -> row("train " + name, ours)).toList());
        rows.add(row("encode S, batch 1, 2 threads", ours));
        write(date, "peers", environment(date), rows);
        write(date, "iwae50", environment(date), List.of(row("train I@iwae50, batch 20", ours)));
    }

    private ReadmePages pages(String readme, String method) throws IOException {
        Files.writeString(root.resolve("README.md"), readme);
        Files.writeString(root.resolve("bench/README.md"), method);
        return new ReadmePages(root);
    }

    private String readme() throws IOException {
        return Files.readString(root.resolve("README.md"));
    }

    private String method() throws IOException {
        return Files.readString(root.resolve("bench/README.md"));
    }

    @Test
    void tables_areOfTheNewestContest_andStayCurrentUntilThereIsANewerOne() throws IOException {
        ReadmePages pages = pages("# A\n\n<!-- contest -->\nold\n<!-- /contest -->\nthe rest\n", TRAINING);
        results("2026-01-02", 2);
        results("2026-01-01", 1);
        assertEquals(3, pages.stale().size(), "both pages and the picture");
        assertTrue(pages.write().contains(root.resolve("bench/results/2026-01-02-a-peers.json")));
        String text = readme();
        assertTrue(text.startsWith("# A\n\n<!-- contest -->\n| |") && text.endsWith("\n<!-- /contest -->\nthe rest\n") && !text.contains("\nold\n"), text);
        assertTrue(text.contains("| train S, batch 128 | 2.00 ms | 5.00 ms (compile) | 4.00 ms (jit) | **2.00** (2.00–2.00) |"), text);
        assertTrue(text.contains("(bench/results/2026-01-02-a-peers.json)") && text.contains("a machine (CPU model not recorded), 2026-01-02; PyTorch 2.14.1, JAX 0.10.2, JDK 25"), text);
        assertTrue(method().contains("| train I@iwae50, batch 20 | 2.00 ms | 6.00 ms | 5.00 ms | 4.00 ms | **2.00** (2.00–2.00) |"), method());
        assertTrue(method().contains("](pictures/peers.svg)"), "links start at the folder of the page");
        assertTrue(Files.readString(root.resolve("bench/pictures/peers.svg")).startsWith("<svg"));
        assertEquals(List.of(), pages.stale());
        results("2026-01-03", 1);
        assertEquals(3, pages.stale().size());
        pages.write();
        assertEquals(List.of(), pages.stale());
        Files.writeString(root.resolve("README.md"), readme().replaceFirst("1\\.00 ms", "0.50 ms"));
        assertEquals(List.of("README.md is not of the newest results, first at: | train S, batch 128 | 0.50 ms | 5.00 ms (compile) | 4.00 ms (jit) | **4.00** (4.00–4.00) |; run fvae lab readme"),
                pages.stale());
    }

    @Test
    void modelOfTheProcessor_isShown_whereTheResultsSayIt() throws IOException {
        ReadmePages pages = pages(CONTEST, TRAINING);
        results("2026-01-02", 2);
        Map<String, String> environment = environment("2026-01-02");
        environment.put("cpu", "AuthenticAMD family 26 model 2 stepping 1");
        write("2026-01-02", "peers", environment, BenchResults.read(root.resolve("bench/results/2026-01-02-a-peers.json")).rows());
        pages.write();
        assertTrue(readme().contains("a machine (AuthenticAMD family 26 model 2 stepping 1), 2026-01-02"), readme());
    }

    @Test
    void resultsOfAGpu_doNotTakeThePlaceOfThoseOfACpu_andQuickOnesAreNotListed() throws IOException {
        ReadmePages pages = pages(CONTEST, TRAINING + "<!-- files -->\n<!-- /files -->\n");
        results("2026-01-02", 2);
        Map<String, String> gpu = environment("2026-01-03");
        gpu.put("device", "NVIDIA H200, compute capability 9.0");
        write("2026-01-03", "peers", gpu, List.of(row("train S, batch 128", 0.1)));
        write("2026-01-04", "peers-quick", environment("2026-01-04"), List.of(row("train S, batch 128", 0.1)));
        Files.writeString(root.resolve("bench/results/2026-01-05-a-gpu.json"), "{\"schema\": \"fusedvae-gpu-run/1\"}");
        pages.write();
        assertTrue(readme().contains("| train S, batch 128 | 2.00 ms |"), readme());
        assertTrue(method().contains("(results/2026-01-03-a-peers.json)") && !method().contains("2026-01-04") && !method().contains("2026-01-05"), method());
    }

    @Test
    void figuresInSentences_areFilledIn_andCompared() throws IOException {
        ReadmePages pages = pages(CONTEST + "A step takes <!--= peers | train S, batch 128 | time -->?<!--=-->, compiled <!--= peers | train S, batch 128 | time | torch compile --><!--=-->,"
                + " <!--= peers | train S, batch 128 | ratio --><!--=--> times, <!--= peers | all | link --><!--=-->.\n", TRAINING);
        results("2026-01-02", 0.25);
        pages.write();
        assertTrue(readme().endsWith("A step takes <!--= peers | train S, batch 128 | time -->250 µs<!--=-->, compiled <!--= peers | train S, batch 128 | time | torch compile -->5.00 ms<!--=-->,"
                + " <!--= peers | train S, batch 128 | ratio -->16.00<!--=--> times, <!--= peers | all | link -->[all](bench/results/2026-01-02-a-peers.json)<!--=-->.\n"), readme());
        assertEquals(List.of(), pages.stale());
        Files.writeString(root.resolve("README.md"), readme().replace("250 µs", "240 µs"));
        assertEquals(1, pages.stale().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "<!--= steps | step S | time --><!--=-->                   # there are no results DATE-MACHINE-steps.json",
        "<!--= peers | train XL | time --><!--=-->                 # has no row 'train XL'",
        "<!--= peers | train S, batch 128 | time | dl4j --><!--=--># dl4j has no times",
        "<!--= peers | train S, batch 128 | spec --><!--=-->       # does not say its spec",
        "<!--= peers | train S, batch 128 --><!--=-->              # it must be KIND | ROW | WHAT",
        "<!-- levels -->|<!-- /levels -->                          # there are no results DATE-MACHINE-ablation.json",
        "<!-- tabel -->|<!-- /tabel -->                            # has a block 'tabel'; known are contest",
        "<!-- levels -->                                           # has the mark <!-- levels --> without its other half",
    })
    void figureThatCannotBeMade_isRefusedInOneSentence_andNothingIsWritten(String marksAndMessage) throws IOException {
        String marks = marksAndMessage.substring(0, marksAndMessage.indexOf('#')).strip();
        String message = marksAndMessage.substring(marksAndMessage.indexOf('#') + 1).strip();
        String page = TRAINING + marks.replace("|<!-- /", "\n<!-- /").replace("-->|", "-->\n");
        ReadmePages pages = pages(CONTEST, page);
        results("2026-01-02", 2);
        String write = assertThrows(IoFailure.class, pages::write).getMessage();
        assertTrue(write.contains(message), write);
        assertEquals(write, assertThrows(IoFailure.class, pages::stale).getMessage());
        assertEquals(CONTEST, readme());
        assertEquals(page, method());
        assertTrue(Files.notExists(root.resolve("bench/pictures/peers.svg")));
    }

    @Test
    void contestantWithoutTimes_isAnError_andNoDash() throws IOException {
        ReadmePages pages = pages(CONTEST, TRAINING);
        results("2026-01-02", 2);
        List<BenchResults.Row> rows = new ArrayList<>(BenchResults.read(root.resolve("bench/results/2026-01-02-a-peers.json")).rows());
        rows.set(1, new BenchResults.Row("train S, batch 1024", "ms", List.of(series("fusedvae", 2), new BenchResults.Series("torch eager", "failed: no memory", Optional.empty()),
                series("torch compile", 5), series("jax jit", 4)), Map.of()));
        write("2026-01-02", "peers", environment("2026-01-02"), rows);
        assertTrue(assertThrows(IoFailure.class, pages::write).getMessage().endsWith(
                "row 'train S, batch 1024': torch eager has no times, and bench/README.md shows them (failed: no memory)"));
    }

    @Test
    void pageWithoutItsBlock_andFolderWithoutResults_areRefusedInOneSentence() throws IOException {
        ReadmePages pages = pages("# A\n", TRAINING);
        assertTrue(assertThrows(IoFailure.class, pages::write).getMessage().endsWith(
                "has no place for the block contest; put the lines <!-- contest --> and <!-- /contest --> where it is to be"));
        pages = pages(CONTEST, TRAINING);
        assertTrue(assertThrows(IoFailure.class, pages::write).getMessage().endsWith("make them with fvae bench peers"));
    }

    private void scale(String date, double micros) {
        Scale.Point point = new Scale.Point(Scale.Axis.BATCH, 8, "cpu", "4-2-1-2-4", 8, "a cpu, 1 thread", Optional.of(Samples.of(List.of(micros, micros, micros))));
        Scale.results(List.of(point), environment(date)).write(root.resolve("bench/results/" + date + "-a-scale.json"));
    }

    @Test
    void picturesThatThePagesName_areOfTheNewestResultsOfTheirKind() throws IOException {
        ReadmePages pages = pages(CONTEST, TRAINING + "![by batch](pictures/scale-1.svg)\n");
        results("2026-01-02", 2);
        assertTrue(assertThrows(IoFailure.class, pages::write).getMessage().endsWith("make them with fvae scale --out FILE"));
        scale("2026-01-02", 3);
        pages.write();
        assertEquals(List.of(), pages.stale());
        Path picture = root.resolve("bench/pictures/scale-1.svg");
        String current = Files.readString(picture);
        assertTrue(current.contains("4-2-1-2-4") && current.contains("<!-- of 2026-01-02-a-scale.json, CRC-32 "), current);
        Files.writeString(picture, current.replace("4-2-1-2-4", "4-3-1-3-4"));
        assertEquals(List.of("bench/pictures/scale-1.svg is not of bench/results/2026-01-02-a-scale.json; run fvae lab readme"), pages.stale());
        Files.writeString(picture, current);
        scale("2026-01-03", 4);
        assertEquals(List.of("bench/pictures/scale-1.svg is not of bench/results/2026-01-03-a-scale.json; run fvae lab readme"), pages.stale());
        Files.delete(picture);
        assertEquals(1, pages.stale().size());
        pages.write();
        Files.writeString(root.resolve("bench/pictures/scale-2.svg"), current);
        assertEquals(List.of("bench/pictures/scale-2.svg is none of the pictures of bench/results/2026-01-03-a-scale.json; remove it, and its name from the pages"), pages.stale());
        assertTrue(assertThrows(IoFailure.class, pages::write).getMessage().startsWith("bench/pictures/scale-2.svg is none of the pictures"));
    }

    @Test
    void times_haveThreeDigitsInTheUnitThatFits() {
        assertEquals("297 µs", ReadmeValues.time(0.2972, "ms"));
        assertEquals("1.00 ms", ReadmeValues.time(1000, "us"));
        assertEquals("11.7 ms", ReadmeValues.time(11.698, "ms"));
        assertEquals("8.33 µs", ReadmeValues.time(8.33e-6, "s"));
        assertEquals("0.25 ns", ReadmeValues.time(0.25, "ns"));
        assertEquals("2000 s", ReadmeValues.time(2000, "s"));
    }

    private static final Path PROJECT = Path.of("").toAbsolutePath();

    @Test
    void pagesOfThisProject_areCurrent() {
        assertEquals(List.of(), new ReadmePages(PROJECT).stale());
    }

    /// A measured figure outside the marks would stay when the results change.
    @ParameterizedTest
    @ValueSource(strings = {"README.md", "bench/README.md"})
    void measuredFigures_standOnlyBetweenMarks(String page) throws IOException {
        Pattern measured = Pattern.compile("[0-9][0-9.,]*\\s*(ns|µs|us|ms|GB/s|GFLOP/s|[kMG]B|nats|times as)\\b|\\|\\s*\\*?\\*?[0-9]+\\.[0-9]+");
        assertTrue(measured.matcher("it takes 1.5 ms").find() && measured.matcher("| 1.16 |").find());
        String written = ReadmePages.written(Files.readString(PROJECT.resolve(page)));
        assertEquals(List.of(), measured.matcher(written).results().map(MatchResult::group).toList());
    }

    @Test
    void readme_isShort() throws IOException {
        int words = Files.readString(PROJECT.resolve("README.md")).strip().split("\\s+").length;
        assertTrue(words < 1500, "README.md has " + words + " words; method and caveats belong into bench/README.md");
    }
}
