package dev.fusedvae.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.Profile;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Whether the verifier sees what it is there to see.
class VerifierTest {
    private static final Trial TRIAL = Trial.of(VaeSpec.of(20, List.of(9), 4).withActivation(Activation.SOFTPLUS), 6, 20, 11);

    private static final CpuBackend BACKEND = new CpuBackend(1);

    /// A right executable whose readers see one value of one slot changed.
    private record Broken(Executable right, Tensor slot, float factor) implements Executable {
        @Override
        public Plan plan() {
            return right.plan();
        }

        @Override
        public void feed(Feed feed) {
            right.feed(feed);
        }

        @Override
        public void run(long firstStep, int count, double[] metrics) {
            right.run(firstStep, count, metrics);
        }

        @Override
        public Optional<String> runChecked(long step) {
            return right.runChecked(step);
        }

        @Override
        public Optional<Profile> profile(long firstStep, int count) {
            return right.profile(firstStep, count);
        }

        @Override
        public Executable sibling(Plan plan, Feed feed) {
            return right.sibling(plan, feed);
        }

        @Override
        public float[] read(Tensor tensor) {
            float[] values = right.read(tensor);
            if (tensor.equals(slot)) {
                values[values.length / 2] *= factor;
            }
            return values;
        }

        @Override
        public void read(Tensor tensor, float[] to) {
            float[] values = read(tensor);
            System.arraycopy(values, 0, to, 0, values.length);
        }

        @Override
        public void write(Tensor tensor, float[] values) {
            right.write(tensor, values);
        }

        @Override
        public long arenaBytes() {
            return right.arenaBytes();
        }

        @Override
        public void close() {
            right.close();
        }
    }

    private static Verifier.Report report(FusionLevel level, String slot, float factor) {
        Plan plan = Verifier.watched(TRIAL.plan(level));
        Tensor tensor = plan.graph().tensor(slot);
        Executable broken = new Broken(BACKEND.load(plan, TRIAL.feed()), tensor, factor);
        return Verifier.step(broken, TRIAL.feed(), 0, TRIAL.inputs(), Tolerance.FP32);
    }

    @Test
    void report_isCleanWhereNothingIsWrong() {
        for (FusionLevel level : FusionLevel.values()) {
            Verifier.Report report = report(level, "decoder.0.h", 1);
            assertEquals(List.of(), report.findings());
            assertEquals(List.of(), report.allZero());
            assertTrue(report.worst() > 0 && report.worst() < 1, "worst " + report.worst());
        }
    }

    @Test
    void report_namesTheCallAndTheSlotThatAreWrong() {
        Verifier.Finding finding = report(FusionLevel.EPILOGUE, "decoder.0.h", 1 + 1e-4f).findings().getFirst();
        assertEquals("linear_bias_act decoder.0", finding.call().title());
        assertTrue(finding.toString().contains("decoder.0.h[B, 9] at row 3, column 0"), finding.toString());
    }

    @Test
    void report_findsOneWrongValueInEverySlotOfEveryLevel() {
        for (FusionLevel level : FusionLevel.values()) {
            for (Tensor slot : TRIAL.plan(level).slots()) {
                boolean found = report(level, slot.name(), 1.01f).findings().stream().anyMatch(f -> f.slot().equals(slot));
                assertTrue(found, level + ": an error of one percent in " + slot + " went unseen");
            }
        }
    }

    @Test
    void report_findsNaN() {
        assertEquals(1, report(FusionLevel.NONE, "x", Float.NaN).findings().stream()
                .filter(f -> f.slot().name().equals("x")).count());
    }

    @Test
    void step_refusesAPlanWhoseSlotsShareMemory() {
        Executable executable = BACKEND.load(TRIAL.plan(FusionLevel.LAYER), TRIAL.feed());
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> Verifier.step(executable, TRIAL.feed(), 0, TRIAL.inputs(), Tolerance.FP32));
        assertTrue(e.getMessage().contains("Verifier.watched"), e.getMessage());
    }
}
