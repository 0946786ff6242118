package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A file of the user's is taken whole and in order, but for the share that a training holds out and says so.
class OwnRowsTest {
    private static final int ROWS = 60;

    @TempDir
    static Path folder;

    private static Path all;
    private static Path one;

    @BeforeAll
    static void train() throws IOException {
        all = table("x.csv", 0, ROWS);
        one = table("one.csv", 7, 8);
        String said = run("train", "--data", all.toString(), "--epochs", "1", "--hidden", "8", "--latent", "3", "--out", folder.resolve("m").toString()).err();
        assertTrue(said.contains("6 of the 60 examples of " + all + " are held out for testing"), said);
    }

    private static Path table(String name, int from, int to) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = from; i < to; i++) {
            StringJoiner row = new StringJoiner(",");
            for (int j = 0; j < 12; j++) {
                row.add(Integer.toString((i * 31 + j * 7) % 17));
            }
            lines.add(row.toString());
        }
        return Files.write(folder.resolve(name), lines);
    }

    private static Cli.Ran run(String... words) {
        return Cli.run(words).expect(Exit.OK);
    }

    private static List<String> encoded(Path data) throws IOException {
        Path out = folder.resolve("codes.csv");
        run("encode", "--model", folder.resolve("m").toString(), "--data", data.toString(), "--out", out.toString());
        List<String> lines = Files.readAllLines(out);
        return lines.subList(1, lines.size());
    }

    @Test
    void encode_writesACodeForEveryRowInOrder() throws IOException {
        List<String> codes = encoded(all);
        assertEquals(ROWS, codes.size());
        assertEquals(List.of(codes.get(7)), encoded(one), "row 7, by itself");
    }

    @Test
    void reconstruct_takesTheFirstRowsOfTheFile() throws IOException {
        Path out = folder.resolve("r.csv");
        run("reconstruct", "--model", folder.resolve("m").toString(), "--data", all.toString(), "--count", "100", "--out", out.toString());
        assertEquals(1 + ROWS, Files.readAllLines(out).size());
    }

    @Test
    void eval_scoresTheWholeFile_andWithoutOneTheRowsThatWereHeldOut() {
        Cli.Ran whole = run("eval", "--model", folder.resolve("m").toString(), "--data", all.toString(), "--json");
        Cli.Ran heldOut = run("eval", "--model", folder.resolve("m").toString(), "--json");
        assertEquals(ROWS, examples(whole));
        assertEquals(ROWS / 10, examples(heldOut));
    }

    private static int examples(Cli.Ran ran) {
        return ran.json().at("/test/examples").asInt();
    }

    @Test
    void partsOfAFileWithoutParts_areRefused() {
        String model = folder.resolve("m").toString();
        for (List<String> words : List.of(List.of("encode", "--out", folder.resolve("y.csv").toString(), "--part", "test"), List.of("eval", "--with-train"))) {
            List<String> command = new ArrayList<>(words);
            command.addAll(List.of("--model", model, "--data", all.toString()));
            String err = Cli.run(command.toArray(String[]::new)).expect(Exit.USAGE).err();
            assertTrue(err.contains("one set of examples without a training and a test part; leave --part and --with-train out"), err);
        }
    }

    @Test
    void train_withATestFileTrainsOnEveryRow() {
        String said = run("train", "--data", all.toString(), "--test", one.toString(), "--epochs", "1", "--hidden", "4", "--latent", "2",
                "--out", folder.resolve("t").toString()).err();
        assertTrue(said.contains(" on 60 examples") && !said.contains("held out"), said);
        run("train", "--data", one.toString(), "--test", one.toString(), "--epochs", "1", "--hidden", "4", "--latent", "2", "--out", folder.resolve("u").toString());
    }
}
