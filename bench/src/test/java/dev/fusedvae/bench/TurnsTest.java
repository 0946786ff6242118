package dev.fusedvae.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.spec.FusionLevel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final Course COURSE = new Course("36-8-2", 4, Nets.randomPixels(64, 36), Contestant.WINDOW);
    private static final Side SIDE = new Side("cpu", Fusion.of(FusionLevel.NONE), () -> new CpuBackend(1));

    @Test
    void calm_comesBeforeEveryTurn_butNotForThoseWhoAreOut() {
        List<String> events = new ArrayList<>();
        Rival first = rival("a", events);
        Rival refuses = Rival.of("b", "b", "b", command -> {
            events.add(command);
            throw new Peer.Absent("b refused");
        });
        Rival absent = Rival.absent("c", "c", new Peer.Absent("c is not here"));
        try (Contestant ours = Contestant.training(SIDE, COURSE, 1)) {
            List<Double> millis = new Turns(0, 1, Contestant.WINDOW).run(ours, List.of(first, refuses, absent, rival("d", events)), mode -> mode, () -> events.add("calm"));
            assertEquals(1, millis.size());
        }
        // the first of two in a row is ours
        assertEquals(List.of("calm", "calm", "a", "calm", "b", "calm", "d", "calm", "calm", "a", "calm", "d"), events);
    }

    private static Rival rival(String name, List<String> events) {
        return Rival.of(name, name, name, command -> {
            events.add(command);
            return JsonNodeFactory.instance.objectNode().put("msMedian", 1);
        });
    }

    @Test
    void turns_beginOnceOurSideIsWarm() {
        try (Contestant ours = Contestant.training(SIDE, COURSE, 1)) {
            new Turns(200, 2, 2 * Contestant.WINDOW).run(ours, List.of(), mode -> mode, () -> {});
            // the last of the 200 is the window before the clock; then 3 turns of 2 windows, with one before the second and the third
            assertEquals(200 + 3 * 40 + 2 * 20, ours.steps());
        }
    }
}
