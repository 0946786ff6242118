package dev.fusedvae.classic;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// How well codes predict labels: k nearest neighbours, Euclidean, each distance computed.
public final class Neighbours {
    /// Neighbours that vote; the smaller label wins a tie.
    public static final int K = 5;

    private Neighbours() {}

    /// The share of `test` codes whose label is that of most of their neighbours in `train`.
    public static double accuracy(float[][] train, int[] trainLabels, float[][] test, int[] testLabels) {
        if (train.length < K || train.length > trainLabels.length || test.length == 0 || test.length > testLabels.length) {
            throw new IllegalArgumentException("neighbours need at least " + K + " codes and a label for each, got " + train.length + " and "
                    + trainLabels.length);
        }
        long right = IntStream.range(0, test.length).parallel().filter(i -> vote(train, trainLabels, test[i]) == testLabels[i]).count();
        return (double) right / test.length;
    }

    private static int vote(float[][] train, int[] labels, float[] code) {
        int[] nearest = new int[K];
        double[] distance = new double[K];
        Arrays.fill(distance, Double.POSITIVE_INFINITY);
        for (int i = 0; i < train.length; i++) {
            double d = distance(train[i], code, distance[K - 1]);
            for (int at = K - 1; at >= 0 && d < distance[at]; at--) {
                if (at + 1 < K) {
                    distance[at + 1] = distance[at];
                    nearest[at + 1] = nearest[at];
                }
                distance[at] = d;
                nearest[at] = labels[i];
            }
        }
        return Arrays.stream(nearest).boxed().max(Comparator.<Integer>comparingLong(l -> Arrays.stream(nearest).filter(n -> n == l).count())
                .thenComparing(Comparator.reverseOrder())).orElseThrow();
    }

    /// The squared distance, or something above `bound` once it exceeds it.
    private static double distance(float[] a, float[] b, double bound) {
        double sum = 0;
        for (int j = 0; j < a.length && sum <= bound; j++) {
            double d = a[j] - b[j];
            sum += d * d;
        }
        return sum;
    }
}
