package dev.fusedvae.rng;

import dev.fusedvae.simd.Simd;

/// Prints the vector width and a checksum of every kind of noise: what [NoiseWidthsTest] runs in JVMs of its own.
final class NoiseChecksum {
    private NoiseChecksum() {}

    public static void main(String[] args) {
        System.out.printf("%d %016x%n", Simd.bits(), checksum());
    }

    static long checksum() {
        long sum = 0;
        float[] out = new float[40_000];
        Stream normals = new Stream(-12345, Purpose.EVALUATION, 17);
        for (int rows : new int[] {1, 13, 100}) {
            for (int columns : new int[] {1, 2, 20, 31, 33, 207}) {
                Normals.block(normals, columns, (1L << 32) - rows, rows, columns, out, 1);
                sum = add(sum, out);
            }
        }
        byte[] bytes = new byte[784];
        float[] floats = new float[784];
        Uniforms.fill(new Stream(4, Purpose.INIT, 0), 0, 0, 784, floats, 0, -0.1f, 1.1f);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        for (int count : new int[] {1, 13, 207, 784}) {
            Binarizer.binarize(new Stream(9, Purpose.BINARIZATION, 0), 3, count, bytes, 0, count, out, 5);
            sum = add(sum, out);
            Binarizer.binarize(new Stream(9, Purpose.CORRUPTION, 0), 3, count, floats, 0, count, out, 5);
            sum = add(sum, out);
        }
        return sum;
    }

    private static long add(long sum, float[] x) {
        for (float value : x) {
            sum = 31 * sum + Float.floatToRawIntBits(value);
        }
        return sum;
    }
}
