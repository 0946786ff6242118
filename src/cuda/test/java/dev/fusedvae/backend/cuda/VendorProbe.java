package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.cuda.driver.VendorLibrary;
import dev.fusedvae.run.BackendUnavailableException;
import java.util.List;
import java.util.StringJoiner;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcurand.JCurand;
import jcuda.jcurand.curandGenerator;
import jcuda.jcurand.curandRngType;

/// A separate program, because a process cannot unload libraries. See [VendorLibraryTest][dev.fusedvae.backend.cuda.driver.VendorLibraryTest].
public final class VendorProbe {
    private VendorProbe() {}

    /// @param args `cublas` or `curand`, then libraries to load first
    @SuppressWarnings("restricted") // the test loads native libraries
    public static void main(String[] args) {
        for (String library : List.of(args).subList(1, args.length)) {
            System.load(library);
        }
        try {
            System.out.println(args[0].equals("cublas") ? cublas() : curand());
        } catch (BackendUnavailableException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }

    private static String cublas() {
        String found = VendorLibrary.CUBLAS.prepare();
        VendorLibrary.CUBLAS.load(JCublas2::initialize);
        return found + ", cublasCreate gave " + JCublas2.cublasCreate(new cublasHandle());
    }

    /// Words, and bits of normals, of the host generator.
    private static String curand() {
        VendorLibrary.CURAND.prepare();
        VendorLibrary.CURAND.load(JCurand::initialize);
        StringJoiner all = new StringJoiner("\n");
        long[][] starts = {{1234, 0}, {1L << 40 | 17, 5}, {7, 4 * 65536 - 6}, {-9, 4L * 65536 * 3 + 2}, {1234, (1L << 35) + 4}};
        for (long[] start : starts) {
            int[] words = new int[100];
            float[] normals = new float[100];
            curandGenerator generator = new curandGenerator();
            check(JCurand.curandCreateGeneratorHost(generator, curandRngType.CURAND_RNG_PSEUDO_PHILOX4_32_10));
            check(JCurand.curandSetPseudoRandomGeneratorSeed(generator, start[0]));
            check(JCurand.curandSetGeneratorOffset(generator, start[1]));
            check(JCurand.curandGenerate(generator, Pointer.to(words), words.length));
            check(JCurand.curandSetGeneratorOffset(generator, start[1]));
            check(JCurand.curandGenerateNormal(generator, Pointer.to(normals), 60, 0, 1));
            check(JCurand.curandGenerateNormal(generator, Pointer.to(normals).withByteOffset(240), 40, 0, 1));
            check(JCurand.curandDestroyGenerator(generator));
            for (int i = 0; i < words.length; i++) {
                all.add(start[0] + " " + (start[1] + i) + " " + Integer.toHexString(words[i]) + " " + normals[i]);
            }
        }
        return all.toString();
    }

    private static void check(int status) {
        if (status != 0) {
            throw new AssertionError("status " + status);
        }
    }
}
