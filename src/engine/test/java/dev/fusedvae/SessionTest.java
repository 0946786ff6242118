package dev.fusedvae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionTest {
    private static final int FEATURES = 50;

    private static float[][] rows(int count) {
        float[][] rows = new float[count][FEATURES];
        for (int k = 0; k < count * FEATURES; k++) {
            rows[k / FEATURES][k % FEATURES] = k * 37 % 101 / 100f;
        }
        return rows;
    }

    private static Vae untrained(VaeSpec spec) {
        DataSet data = DataSet.of(rows(4));
        return Vae.train(spec, TrainSpec.standard(0, 1), new Split(data, data), Normalization.none(),
                RunOptions.defaults().withBackend(new BackendChoice("cpu", 1)), TrainingListener.SILENT);
    }

    private static float[] flat(float[][] rows) {
        float[] all = new float[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, all, i * rows[0].length, rows[0].length);
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,2", "7,1", "7,3", "64,2"})
    void session_givesTheBitsOfTheModel(int batch, int threads) {
        try (Vae vae = untrained(VaeSpec.of(FEATURES, List.of(40, 33), 5)); Session session = vae.session(batch, threads)) {
            float[] mu = new float[batch * 5];
            float[] logVar = new float[batch * 5];
            float[] y = new float[batch * FEATURES];
            session.encode(flat(rows(batch)), mu, logVar);
            session.decode(mu, y);
            Codes codes = vae.encode(rows(batch));
            assertArrayEquals(flat(codes.mu()), mu);
            assertArrayEquals(flat(codes.logVar()), logVar);
            assertArrayEquals(flat(vae.decode(codes.mu())), y);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,2", "32,1"})
    void steadyState_allocatesNothing(int batch, int threads) {
        VaeSpec spec = VaeSpec.of(FEATURES, List.of(40), 5).withLikelihood(new Likelihood.GaussianFeature());
        try (Vae vae = untrained(spec); Session session = vae.session(batch, threads)) {
            float[] x = flat(rows(batch));
            float[] mu = new float[batch * 5];
            float[] logVar = new float[batch * 5];
            float[] y = new float[batch * FEATURES];
            // The vector kernels allocate until they are compiled; that takes some thousands of calls.
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 200 && least > 0; round++) {
                least = Math.min(least, Allocations.of(() -> {
                    for (int i = 0; i < 200; i++) {
                        session.encode(x, mu, logVar);
                        session.decode(mu, y);
                    }
                }));
            }
            assertEquals(0, least, "bytes in 200 calls");
        }
    }

    @Test
    void arraysOfAnotherSize_areRefused() {
        VaeSpec spec = VaeSpec.of(FEATURES, List.of(), 5).withObjective(new Objective.Autoencoder());
        try (Vae vae = untrained(spec); Session session = vae.session(1, 1)) {
            session.encode(new float[FEATURES], new float[5], new float[0]);
            assertEquals("logVar must hold 1 x 0 values for a session of batch 1, got 5", assertThrows(IllegalArgumentException.class,
                    () -> session.encode(new float[FEATURES], new float[5], new float[5])).getMessage());
            assertEquals("z must hold 1 x 5 values for a session of batch 1, got 10", assertThrows(IllegalArgumentException.class,
                    () -> session.decode(new float[10], new float[FEATURES])).getMessage());
        }
    }

    /// A batch beyond what arrays hold: the threads that the session had begun with end.
    @Test
    void sessionThatCannotBeMade_leavesNoThreads() throws InterruptedException {
        try (Vae vae = untrained(VaeSpec.of(FEATURES, List.of(40), 5))) {
            int before = Thread.getAllStackTraces().size();
            for (int i = 0; i < 3; i++) {
                assertThrows(ArithmeticException.class, () -> vae.session(1 << 30, 4));
            }
            for (int waited = 0; Thread.getAllStackTraces().size() > before && waited < 100; waited++) {
                Thread.sleep(20); // threads that were told to end take a moment
            }
            assertEquals(before, Thread.getAllStackTraces().size());
        }
    }
}
