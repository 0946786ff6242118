package dev.fusedvae.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Files that PyTorch wrote (`bench/peers/make_golden.py`).
class GoldenTest {

    /// Sums of up to 12 products of size one, in float, against doubles.
    private static final double ROUNDING = 16 * Math.ulp(1f);

    private final TensorFile golden = SafeTensors.read(resource("golden.safetensors"));

    @Test
    void stateDict_hasPyTorchsNamesAndShapes() {
        assertEquals(Set.of("encoder.0.weight", "encoder.0.bias", "mu.weight", "mu.bias", "log_var.weight", "log_var.bias",
                        "decoder.0.weight", "decoder.0.bias", "decoder.2.weight", "decoder.2.bias",
                        "x", "eps", "expected.mu", "expected.log_var", "expected.logits", "expected.elbo"),
                golden.tensors().keySet());
        assertArrayEquals(new long[] {7, 12}, golden.tensor("encoder.0.weight").shape());
        assertArrayEquals(new long[] {12, 7}, golden.tensor("decoder.2.weight").shape());
        assertArrayEquals(new long[] {5}, golden.tensor("expected.elbo").shape());
        assertEquals("pt", golden.text("format"));
    }

    @Test
    void weightsAsRead_reproduceWhatPyTorchComputed() {
        double[][] h = tanh(linear(rows("x", 12), "encoder.0"));
        double[][] mu = linear(h, "mu");
        double[][] logVar = linear(h, "log_var");
        double[][] z = rows("eps", 3);
        for (int i = 0; i < z.length; i++) {
            for (int j = 0; j < 3; j++) {
                z[i][j] = mu[i][j] + Math.exp(0.5 * logVar[i][j]) * z[i][j];
            }
        }
        double[][] logits = linear(tanh(linear(z, "decoder.0")), "decoder.2");
        assertClose("expected.mu", mu);
        assertClose("expected.log_var", logVar);
        assertClose("expected.logits", logits);
        double[][] x = rows("x", 12);
        float[] elbo = golden.tensor("expected.elbo").data();
        for (int i = 0; i < x.length; i++) {
            double sum = 0;
            for (int j = 0; j < 12; j++) {
                sum += x[i][j] * logits[i][j] - Math.log1p(Math.exp(logits[i][j]));
            }
            for (int j = 0; j < 3; j++) {
                sum -= 0.5 * (mu[i][j] * mu[i][j] + Math.exp(logVar[i][j]) - 1 - logVar[i][j]);
            }
            assertEquals(sum, elbo[i], ROUNDING * Math.abs(sum), "elbo of example " + i);
        }
    }

    @ParameterizedTest
    @EnumSource(Dtype.class)
    void everyType_isConvertedAsPyTorchConvertsIt(Dtype dtype) {
        TensorFile file = SafeTensors.read(resource("golden-dtypes.safetensors"));
        float[] expected = file.tensor("expected." + dtype, 2, 3).data();
        assertTrue(expected[2] != 0);
        assertArrayEquals(expected, file.tensor(dtype.name(), 2, 3).data(), 0f);
    }

    private double[][] linear(double[][] x, String layer) {
        NamedTensor weight = golden.tensor(layer + ".weight");
        int outputs = (int) weight.shape()[0];
        int inputs = (int) weight.shape()[1];
        float[] w = weight.data();
        float[] b = golden.tensor(layer + ".bias", outputs).data();
        double[][] y = new double[x.length][outputs];
        for (int i = 0; i < x.length; i++) {
            for (int o = 0; o < outputs; o++) {
                y[i][o] = b[o];
                for (int k = 0; k < inputs; k++) {
                    y[i][o] += w[o * inputs + k] * x[i][k];
                }
            }
        }
        return y;
    }

    private static double[][] tanh(double[][] x) {
        for (double[] row : x) {
            for (int j = 0; j < row.length; j++) {
                row[j] = Math.tanh(row[j]);
            }
        }
        return x;
    }

    private double[][] rows(String name, int width) {
        float[] data = golden.tensor(name, 5, width).data();
        double[][] rows = new double[5][width];
        for (int i = 0; i < data.length; i++) {
            rows[i / width][i % width] = data[i];
        }
        return rows;
    }

    private void assertClose(String name, double[][] actual) {
        double[][] expected = rows(name, actual[0].length);
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(expected[i], actual[i], ROUNDING, name + " of example " + i);
        }
    }

    private static Path resource(String name) {
        try {
            return Path.of(GoldenTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
