package dev.fusedvae.json;

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

    @TempDir
    Path folder;

    @Test
    void write_isPrettyAndReadsBack() throws Exception {
        Path file = folder.resolve("config.json");
        JsonObject object = new JsonObject().put("elbo", -103.25).put("hidden", List.of(400L, 200L)).putNull("image").put("none", List.of())
                .put("spec", new JsonObject().put("single", 0.1f).put("name", "π\n").put("yes", true)).put("empty", new JsonObject());
        Json.write(file, object);
        assertEquals("""
                {
                  "elbo": -103.25,
                  "hidden": [ 400, 200 ],
                  "image": null,
                  "none": [ ],
                  "spec": {
                    "single": 0.1,
                    "name": "π\\n",
                    "yes": true
                  },
                  "empty": { }
                }
                """, Files.readString(file));
        assertEquals("{\"elbo\":-103.25,\"hidden\":[400,200],\"image\":null,\"none\":[],\"spec\":{\"single\":0.1,\"name\":\"π\\n\",\"yes\":true},\"empty\":{}}",
                Json.compact(Json.read(file)));
    }

    @Test
    void everyDouble_readsBackWithTheSameBits() {
        List<Double> values = List.of(Double.MIN_VALUE, Double.MAX_VALUE, -0.0, 1 / 3.0, 1e22, 123456789012345680.0);
        Object back = ((JsonObject) Json.parse(Json.compact(new JsonObject().put("v", values)), "text")).fields().get("v");
        assertEquals(values, back);
    }

    @Test
    void objectsInLists_areIndentedByTheObjectsAroundThem() {
        assertEquals("{\n  \"a\": [ {\n    \"b\": 1\n  }, {\n    \"b\": 2\n  } ]\n}\n", Json.pretty(
                new JsonObject().put("a", List.of(new JsonObject().put("b", 1), new JsonObject().put("b", 2)))));
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
        for (String text : List.of("{\"a\":1,\"a\":2}", "{} {}", "{\"a\":1", "{'a':1}", "[1,]", "NaN", "[".repeat(200) + "]".repeat(200))) {
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
    void write_ofSomethingThatIsNoJsonValue_isRefused() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Json.compact(List.of(new Object())));
        assertTrue(e.getMessage().startsWith("a java.lang.Object is no JSON value"), e.getMessage());
    }
}
