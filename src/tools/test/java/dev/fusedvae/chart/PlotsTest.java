package dev.fusedvae.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.jfree.chart.axis.LogAxis;
import org.junit.jupiter.api.Test;

class PlotsTest {
    @Test
    void axisOfPowersOfTwo_countsInThem_andOneOfDecadesInTens() {
        assertEquals(2, Plots.decadeAxis("batch", IntStream.rangeClosed(0, 14).mapToDouble(i -> 1 << i).toArray()).getBase());
        assertEquals(10, Plots.decadeAxis("µs", IntStream.rangeClosed(0, 14).mapToDouble(i -> 30 * Math.pow(1.7, i)).toArray()).getBase());
        assertEquals(2, Plots.decadeAxis("µs", new double[] {20, 70, 900}).getBase());
    }

    @Test
    void narrowAxis_reachesThePowersOnBothSides() {
        LogAxis axis = Plots.decadeAxis("µs", new double[] {470, 500, 530});
        assertEquals(2, axis.getBase());
        assertTrue(axis.getLowerBound() < 256 && axis.getUpperBound() > 1024, axis.getRange().toString());
    }
}
