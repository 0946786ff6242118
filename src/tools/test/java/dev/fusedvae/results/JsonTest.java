package dev.fusedvae.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.io.IoFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonTest {

    record Metrics(double elbo, List<Integer> hidden) {}

    @TempDir
    Path folder;

    @Test
    void write_isPrettyAndReadsBack() throws Exception {
        Path file = folder.resolve("config.json");
        Json.write(file, new Metrics(-103.25, List.of(400, 200)));
        assertEquals("{\n  \"elbo\": -103.25,\n  \"hidden\": [ 400, 200 ]\n}\n", Files.readString(file));
        assertEquals(Json.tree(new Metrics(-103.25, List.of(400, 200))), Json.read(file));
        assertEquals("{\"elbo\":-103.25,\"hidden\":[400,200]}", Json.compact(Json.read(file)));
    }

    @Test
    void read_namesFileLineAndColumnOfAnError() throws Exception {
        Path file = Files.writeString(folder.resolve("bad.json"), "{\n  \"a\": 1,\n  \"b\": oops\n}");
        IoFailure e = assertThrows(IoFailure.class, () -> Json.read(file));
        assertTrue(e.getMessage().startsWith(file + " is not valid JSON, line 3, column "), e.getMessage());
        assertTrue(e.getMessage().contains("'oops'"), e.getMessage());
        assertTrue(e.getMessage().endsWith("; correct it there or write the file again"), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }

    @Test
    void read_isStrict() {
        for (String text : List.of("{\"a\":1,\"a\":2}", "{} {}", "{\"a\":1", "{'a':1}", "[1,]", "NaN")) {
            assertThrows(IoFailure.class, () -> Json.parse(text, "text"), text);
        }
        IoFailure empty = assertThrows(IoFailure.class, () -> Json.parse("  ", "config.json"));
        assertEquals("config.json is empty; a JSON value was expected", empty.getMessage());
    }

    @Test
    void read_ofMissingFileNamesIt() {
        Path file = folder.resolve("none.json");
        IoFailure e = assertThrows(IoFailure.class, () -> Json.read(file));
        assertEquals("cannot read " + file + ": there is no such file; check the path", e.getMessage());
    }

    @Test
    void write_ofSomethingThatIsNotDataIsRefused() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Json.pretty(new Object()));
        assertTrue(e.getMessage().startsWith("a java.lang.Object cannot be written as JSON ("), e.getMessage());
    }
}
