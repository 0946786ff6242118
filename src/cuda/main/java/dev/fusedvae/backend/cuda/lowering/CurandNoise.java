package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.driver.DeviceBlock;
import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.driver.Launcher;
import dev.fusedvae.backend.cuda.driver.SimtDriver;
import dev.fusedvae.backend.cuda.driver.VendorLibrary;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.rng.Philox;
import dev.fusedvae.run.BackendUnavailableException;
import jcuda.Pointer;
import jcuda.jcurand.JCurand;
import jcuda.jcurand.curandGenerator;
import jcuda.jcurand.curandRngType;
import jcuda.jcurand.curandStatus;
import jcuda.runtime.cudaStream_t;

/// Latent noise by cuRAND's Philox4x32-10: the same distribution as our own noise, but other values.
///
/// The generator's seed is a function of the run's seed and the purpose, its offset a function of the step (in evaluation, of the
/// position), so that runs can be repeated and resumed. In evaluation the values of a row depend on the batch size.
final class CurandNoise implements AutoCloseable {
    /// The number of words in a Philox block: offsets are multiples of it, so that no two steps use the same block.
    private static final int BLOCK = 4;

    private final Driver driver;
    private final curandGenerator generator = new curandGenerator();
    private final String version;
    private final DeviceBlock pair;
    private long seed;

    private CurandNoise(Driver driver, String library) {
        this.driver = driver;
        VendorLibrary.CURAND.load(JCurand::initialize);
        int status = JCurand.curandCreateGenerator(generator, curandRngType.CURAND_RNG_PSEUDO_PHILOX4_32_10);
        if (status != curandStatus.CURAND_STATUS_SUCCESS) {
            throw new BackendUnavailableException("cuRAND (" + library + ") does not start: " + curandStatus.stringFor(status)
                    + "; it may not support this driver, so leave noise out");
        }
        try {
            check(JCurand.curandSetStream(generator, new cudaStream_t(driver.stream())), "curandSetStream");
            check(JCurand.curandSetPseudoRandomGeneratorSeed(generator, seed), "curandSetPseudoRandomGeneratorSeed");
            int[] number = {0};
            check(JCurand.curandGetVersion(number), "curandGetVersion");
            version = "cuRAND " + number[0] / 1000 + "." + number[0] % 1000 / 100 + " (" + library + ")";
            pair = new DeviceBlock(driver, 2L * Float.BYTES);
        } catch (RuntimeException e) {
            JCurand.curandDestroyGenerator(generator);
            throw e;
        }
    }

    static CurandNoise open(Driver driver) {
        return new CurandNoise(driver, VendorLibrary.CURAND.prepare());
    }

    /// `cuRAND 10.4 (libcurand.so.10)`
    String version() {
        return version;
    }

    private static void check(int status, String call) {
        if (status != curandStatus.CURAND_STATUS_SUCCESS) {
            throw new IllegalStateException("cuRAND refused " + call + ": " + curandStatus.stringFor(status)
                    + SimtDriver.message().map(m -> ": " + m).orElse(""));
        }
    }

    /// `noise`: ε[rows, columns] of a record.
    Launcher.Launch noise(Args args, Control control) {
        long eps = args.pointer("eps");
        int batch = args.word("batch");
        int columns = args.word("columns");
        int samples = args.word("samples");
        int[] words = new int[BLOCK];
        return () -> {
            int record = args.word("offset");
            long offset = args.word("by_example") != 0
                    ? evaluated(control, record, columns, args.word("all_samples"))
                    : Math.multiplyExact(control.step(record), blocks((long) batch * columns));
            Philox.words(0, 0, 0, args.word("site"), args.word("key0"), args.word("key1"), words, 0);
            seed(Integer.toUnsignedLong(words[0]) | (long) words[1] << 32);
            generate(eps, offset, (long) control.rows(record) * samples * columns);
        };
    }

    /// If samples are computed in chunks, the offsets of the chunks follow each other, each rounded up with one block to spare.
    private static long evaluated(Control control, int record, int columns, int allSamples) {
        long position = control.position(record);
        if (allSamples == 1) {
            return Math.multiplyExact(position, blocks(columns));
        }
        long chunk = (long) control.firstSample(record) * control.rows(record) * columns;
        return Math.addExact(Math.multiplyExact(position, blocks((long) columns * allSamples) + BLOCK), blocks(chunk));
    }

    private static long blocks(long values) {
        return (values + BLOCK - 1) / BLOCK * BLOCK;
    }

    /// Setting it makes cuRAND build a new state, so it is set only if it changes.
    private void seed(long wanted) {
        if (wanted != seed) {
            check(JCurand.curandSetPseudoRandomGeneratorSeed(generator, wanted), "curandSetPseudoRandomGeneratorSeed");
            seed = wanted;
        }
    }

    /// cuRAND generates normals in pairs. For an odd number the last one comes from a further pair, so that nothing is written beyond the
    /// last value.
    private void generate(long to, long offset, long count) {
        long even = count / 2 * 2;
        if (even > 0) {
            normals(Driver.pointer(to), offset, even);
        }
        if (count > even) {
            normals(Driver.pointer(pair.address()), offset + even, 2);
            driver.copy(to + Float.BYTES * even, pair.address(), Float.BYTES);
        }
    }

    private void normals(Pointer to, long offset, long count) {
        check(JCurand.curandSetGeneratorOffset(generator, offset), "curandSetGeneratorOffset");
        check(JCurand.curandGenerateNormal(generator, to, count, 0, 1), "curandGenerateNormal of " + count + " values");
    }

    @Override
    public void close() {
        try (pair) {
            JCurand.curandDestroyGenerator(generator);
        }
    }
}
