package dev.fusedvae.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputsTest {
    private static final DataSet BYTES = DataSet.ofBytes("bytes", 2, 3, new byte[] {0, 5, (byte) 255, 16, 8, 1});

    @Test
    void bytesOfAnIntegerScale_stayBytesWhoseFullScaleIsTheNormalizations() {
        Normalization sixteenths = new Normalization(Normalization.Kind.UNIT, 0, 16, List.of());
        Examples.Bytes examples = assertInstanceOf(Examples.Bytes.class, Inputs.examples(BYTES, sixteenths));
        assertEquals(16, examples.fullScale());
        assertValues(sixteenths, examples);
    }

    @Test
    void bytesOfAnotherScale_becomeFloats() {
        for (Normalization n : List.of(new Normalization(Normalization.Kind.UNIT, 1, 16, List.of()),
                new Normalization(Normalization.Kind.UNIT, 0, 0.5f, List.of()))) {
            assertValues(n, assertInstanceOf(Examples.Floats.class, Inputs.examples(BYTES, n)));
        }
    }

    @Test
    void centredValues_loseTheMeanOfTheirFeature() {
        Normalization centre = new Normalization(Normalization.Kind.CENTER, 0, 255, List.of(0.1f, 0.2f, 0.3f));
        assertValues(centre, Inputs.examples(BYTES, centre));
        assertValues(centre, Inputs.examples(BYTES.asFloats(), centre));
    }

    private static void assertValues(Normalization normalization, Examples examples) {
        assertEquals(2, examples.count());
        float[] row = new float[3];
        for (int i = 0; i < 2; i++) {
            normalization.row(BYTES, i, row, 0);
            for (int j = 0; j < 3; j++) {
                assertEquals(row[j], examples.value(i, j));
            }
        }
    }
}
