package dev.fusedvae.reproduce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.junit.jupiter.api.Test;

/// The setups are the published ones, and what judges them is right by a library or by a closed form.
class TableTest {

    private static TrainSpec train(String row) {
        return Table.find(row).orElseThrow().cases().getFirst().train();
    }

    @Test
    void rows_areThoseOfTheTable() {
        assertEquals(List.of("smoke10", "linear-pca", "linear-ppca", "linear-fa", "ring", "pythae-vae", "iwae-table1", "iwae-short"),
                Table.rows().stream().map(Row::name).toList());
        for (Row row : Table.rows()) {
            assertEquals(row.cases().size(), row.cases().stream().map(Case::name).distinct().count(), row.name());
        }
    }

    /// Burda et al.: 3^i epochs at 1e-3·10^(−i/7), i = 0..7.
    @Test
    void iwae_hasTheSchedule() {
        assertEquals(3280, train("iwae-table1").epochs());
        assertEquals(121, train("iwae-short").epochs());
        Schedule schedule = train("iwae-table1").schedule();
        double epoch = 0;
        for (int i = 0; i < 8; i++) {
            double factor = Math.pow(10, -i / 7.0);
            assertEquals(factor, schedule.factor(epoch), 1e-12, "first epoch of stage " + i);
            epoch += Math.pow(3, i);
            assertEquals(factor, schedule.factor(epoch - 1e-3), 1e-12, "end of stage " + i);
        }
        assertEquals(3280, epoch);
        assertEquals(9_840_000, 3280L * 60_000 / train("iwae-table1").batchSize());
    }

    @Test
    void pythae_decaysTwiceByAFifthOfADecade() {
        Schedule schedule = train("pythae-vae").schedule();
        assertEquals(1, schedule.factor(199.9));
        assertEquals(Math.pow(10, -0.2), schedule.factor(200), 1e-12);
        assertEquals(Math.pow(10, -0.4), schedule.factor(499), 1e-12);
    }

    @Test
    void covariance_agreesWithALibrary() {
        DataSet digits = Catalogue.load("digits", Optional.empty(), Map.of()).train();
        Normalization centred = Normalization.center(digits);
        Covariance covariance = Covariance.of(digits, centred);
        int n = digits.size();
        int d = digits.features();
        DMatrixRMaj x = new DMatrixRMaj(n, d);
        float[] row = new float[d];
        for (int i = 0; i < n; i++) {
            centred.row(digits, i, row, 0);
            for (int j = 0; j < d; j++) {
                x.set(i, j, row[j]);
            }
        }
        SingularValueDecomposition_F64<DMatrixRMaj> svd = DecompositionFactory_DDRM.svd(n, d, false, false, true);
        assertTrue(svd.decompose(x), "the library's SVD converges");
        double[] squares = Arrays.stream(svd.getSingularValues()).limit(d).map(s -> s * s / n).sorted().toArray();
        for (int k = 0; k < d; k++) {
            assertEquals(squares[d - 1 - k], covariance.variance(k), 1e-6, "eigenvalue " + k);
        }
        for (int k = 0; k < 3; k++) {
            double norm = 0;
            for (int i = 0; i < d; i++) {
                double image = 0;
                for (int j = 0; j < d; j++) {
                    image += covariance.at(i, j) * covariance.direction(k, j);
                }
                assertEquals(covariance.variance(k) * covariance.direction(k, i), image, 1e-9);
                norm += covariance.direction(k, i) * covariance.direction(k, i);
            }
            assertEquals(1, norm, 1e-12);
        }
    }

    /// A covariance that has exactly the form ΛΛᵀ + Ψ is explained to the last nat: the maximum over all Gaussians.
    @Test
    void factorAnalysis_explainsItsOwnCovariance() {
        double[][] loadings = {{1, 0.2}, {0.8, -0.5}, {-0.4, 1}, {0.3, 0.7}, {0.9, 0.1}, {-0.6, 0.6}};
        double[] noise = {0.3, 0.5, 0.2, 0.7, 0.4, 0.6};
        int d = noise.length;
        double[][] c = new double[d][d];
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                c[i][j] = loadings[i][0] * loadings[j][0] + loadings[i][1] * loadings[j][1] + (i == j ? noise[i] : 0);
            }
        }
        double logDeterminant = Math.log(CommonOps_DDRM.det(new DMatrixRMaj(c)));
        double most = -0.5 * (d * Math.log(2 * Math.PI) + logDeterminant + d);
        assertEquals(most, FactorAnalysis.logLikelihood(new Covariance(c), 2, 20_000), 1e-5);
        double one = FactorAnalysis.logLikelihood(new Covariance(c), 1, 20_000);
        assertTrue(one < most - 0.01, "one factor is too few: " + one + " < " + most);
        assertTrue(FactorAnalysis.logLikelihood(new Covariance(c), 1, 3) < one + 1e-12, "EM rises");
    }

    @Test
    void ring_hasItsLaw() {
        float[][] points = Ring.points(5, 100_000);
        assertTrue(Ring.radii(points) < 0.01 && Ring.directions(points) < 0.01);
        assertEquals(0, Ring.below(1));
        assertEquals(0.5, Ring.below(1 + 0.1 * Math.sqrt(2 * Math.log(2))), 1e-12);
        float[][] wider = Arrays.stream(points).map(p -> new float[] {1.02f * p[0], 1.02f * p[1]}).toArray(float[][]::new);
        assertTrue(Ring.radii(wider) > 0.05, "two percent wider is seen");
        float[][] half = Arrays.stream(points).filter(p -> p[0] > 0).toArray(float[][]::new);
        assertTrue(Ring.radii(half) < 0.02 && Ring.directions(half) > 0.4, "half a ring has the radii of a whole one");
        float[][] pairs = IntStream.range(0, 10).mapToObj(i -> new float[] {Ring.pairs(5, 10).raw(i, 2), Ring.pairs(5, 10).raw(i, 3)}).toArray(float[][]::new);
        assertTrue(Arrays.deepEquals(Arrays.copyOf(points, 10), pairs));
    }

    @Test
    void verdict_followsBandsAndEpochs() {
        Check in = Check.within("a", 1.2, 1, 2);
        Check out = Check.atMost("b", 3, 2);
        assertEquals(Verdict.PASS, outcome(10, in).verdict());
        assertEquals(Verdict.FAIL, outcome(10, in, out).verdict());
        assertEquals(Verdict.FAIL, outcome(10, Check.atMost("c", Double.NaN, 2)).verdict());
        assertEquals(Verdict.OTHER_EPOCHS, outcome(9, out).verdict());
        assertEquals(Verdict.FIRST, outcome(10, Check.info("d", 7)).verdict());
        assertFalse(new Check("e", 0, OptionalDouble.of(1), OptionalDouble.empty()).passed());
    }

    private static Outcome outcome(int epochs, Check... checks) {
        return new Outcome("row", "case", "identity", epochs, 10, 1, 1, Map.of(), List.of(checks));
    }
}
