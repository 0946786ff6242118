package dev.fusedvae.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.VaeSpec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A call that fails leaves nothing behind that answers wrongly: the next one is right, or fails too.
class InferenceTest {
    private static final VaeSpec SPEC = VaeSpec.of(9, List.of(7), 3);
    private static final Graph GRAPH = Graphs.encode(SPEC, Binarization.NONE);

    /// Fails the n-th call of an executable, counted over all of them.
    private static final class Faults {
        private int left;
        private int calls;
        private int open;

        Object call(Object target, java.lang.reflect.Method method, Object[] args) throws Throwable {
            boolean closing = method.getName().equals("close");
            calls++;
            if (--left == 0) {
                throw new IllegalStateException("planted");
            }
            try {
                Object result = method.invoke(target, args);
                open -= closing && target instanceof Executable ? 1 : 0;
                return result instanceof Executable e ? watched(e) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        private Executable watched(Executable executable) {
            open++;
            return (Executable) Proxy.newProxyInstance(InferenceTest.class.getClassLoader(), new Class<?>[] {Executable.class},
                    (proxy, method, args) -> call(executable, method, args));
        }

        Backend watched(Backend backend) {
            return (Backend) Proxy.newProxyInstance(InferenceTest.class.getClassLoader(), new Class<?>[] {Backend.class},
                    (proxy, method, args) -> call(backend, method, args));
        }
    }

    private static Parameters parameters() {
        Map<String, float[]> values = new HashMap<>();
        for (Tensor t : GRAPH.tensors(Tensor.Role.PARAMETER)) {
            float[] v = new float[Math.toIntExact(t.elements(1))];
            for (int i = 0; i < v.length; i++) {
                v[i] = (i * 7 % 11 - 5) / 8f;
            }
            values.put(t.name(), v);
        }
        return new Parameters(values);
    }

    private static float[] encoded(Inference inference, int rows) {
        float[] x = new float[9 * rows];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 5 / 4f;
        }
        float[] all = new float[6 * rows];
        float[] heads = new float[6 * inference.batch()];
        inference.run(new Examples.Floats(x, 9), 0, (ran, first, count) -> {
            ran.read(GRAPH.results().getFirst(), heads);
            System.arraycopy(heads, 0, all, 6 * first, 6 * count);
        });
        return all;
    }

    @Test
    void afterAFailureAnywhere_answersAreRight() {
        float[] few;
        float[] many;
        int calls;
        try (CpuBackend cpu = new CpuBackend(2)) {
            Faults none = new Faults();
            Inference sound = new Inference(none.watched(cpu), GRAPH, parameters());
            few = encoded(sound, 3);
            many = encoded(sound, 300);
            calls = none.calls;
            sound.close();
            assertEquals(0, none.open);
        }
        assertTrue(calls > 15, calls + " calls");
        assertTrue(few[0] != 0 && many[0] != 0);
        for (int n = 1; n <= calls; n++) {
            Faults faults = new Faults();
            try (CpuBackend cpu = new CpuBackend(2)) {
                Backend watched = faults.watched(cpu);
                faults.left = n;
                Inference inference;
                try {
                    inference = new Inference(watched, GRAPH, parameters());
                } catch (IllegalStateException e) {
                    continue; // nothing was made
                }
                assertThrows(IllegalStateException.class, () -> {
                    encoded(inference, 3);
                    encoded(inference, 300);
                }, "call " + n);
                assertArrayEquals(few, encoded(inference, 3), "after call " + n);
                assertArrayEquals(many, encoded(inference, 300), "after call " + n);
                inference.close();
                assertEquals(0, faults.open, "executables open after call " + n);
            }
        }
    }
}
