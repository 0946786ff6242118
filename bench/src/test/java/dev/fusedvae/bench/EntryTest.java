package dev.fusedvae.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.spec.Objective;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntryTest {
    @Test
    void rows_areReadAsTheyAreSpelled() {
        assertEquals(List.of(new Entry.Train("S", 128), new Entry.Train("I@iwae50", 20), new Entry.Dl4j("S", 128), new Entry.Encode(1, 2)),
                Entry.parseAll(List.of("S:128", "I@iwae50:20", "dl4j:S:128", "encode:1:2")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"S", "S:0", "S:x", "T:128", "encode:1", "S:128:2", "", "S@vae:20", "S@iwae0:20"})
    void rowsThatAreNone_areRefusedBeforeAnythingRuns(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> Entry.parseAll(List.of("S:128", text))).getMessage();
        assertTrue(message.contains("S"), message);
    }

    @Test
    void netWithObjective_isThatNetWithThatObjective() {
        assertEquals(new Objective.Iwae(50, false), Nets.spec("I@iwae50").objective());
        assertEquals(Nets.spec("I"), Nets.spec("I@iwae50").withObjective(Nets.spec("I").objective()));
    }
}
