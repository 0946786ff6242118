package dev.fusedvae.backend.cpu;

import dev.fusedvae.simd.Simd;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32;

/// Prints the vector width of this JVM and a checksum of products and transposes: [GemmWidthsTest] compares the
/// checksums of several JVMs.
final class GemmChecksum {
    private GemmChecksum() {}

    public static void main(String[] arguments) {
        Gemm gemm = Gemm.create();
        CRC32 crc = new CRC32();
        for (int[] shape : new int[][] {{1, 13, 207}, {20, 50, 33}, {28, 65, 40}}) {
            PanelLayer layer = new PanelLayer(shape[0], shape[1], shape[2], false, new Random(5));
            layer.all(gemm);
            update(crc, layer.arena);
        }
        PanelLayer layer = new PanelLayer(28, 40, 104, false, new Random(6));
        for (int i = 0; i < 300; i++) {
            layer.all(gemm);
        }
        Transpose.block32(layer.arena, layer.wnAt, layer.arena, layer.dwAt);
        update(crc, layer.arena);
        System.out.println(Simd.bits() + " " + Long.toHexString(crc.getValue()));
    }

    private static void update(CRC32 crc, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        bytes.asFloatBuffer().put(values);
        crc.update(bytes);
    }
}
