package dev.fusedvae.rng;
public final class Binarizer {
    private Binarizer() {}
    public static long threshold(int v, int fullScale) { return v >= fullScale ? 1L << 32 : ((long) v << 32) / fullScale; }
    public static long threshold(float x) { return x >= 1 ? 1L << 32 : x <= 0 ? 0 : (long) (x * 4294967296.0); }
    public static boolean draw(Stream s, long step, long row, int column, long threshold) {
        int[] w = new int[4];
        s.words(step, row, Stream.counter0(column), w, 0);
        return Integer.toUnsignedLong(w[column & 3]) < threshold;
    }

    public static void bytes(Stream s, long step, long row, byte[] px, int from, int count, int fullScale, float[] out, int at, int stride) {
        for (int j = 0; j < count; j++) out[at + j / 32 * stride + j % 32] = draw(s, step, row, j, threshold(px[from + j] & 255, fullScale)) ? 1 : 0;
    }
    public static void floats(Stream s, long step, long row, int count, float[] m, int at, int stride) {
        for (int j = 0; j < count; j++) { int i = at + j / 32 * stride + j % 32; m[i] = draw(s, step, row, j, threshold(m[i])) ? 1 : 0; }
    }
}
