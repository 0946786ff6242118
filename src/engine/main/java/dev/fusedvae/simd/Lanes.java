package dev.fusedvae.simd;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The species of every vector loop, constant for the life of the JVM so that the compiler can rely on it.
///
/// Loading this class needs the incubator module: ask [Simd#vector()] first.
public final class Lanes {
    private static final VectorShape SHAPE = switch (Simd.request()) {
        case "128" -> VectorShape.S_128_BIT;
        case "256" -> VectorShape.S_256_BIT;
        case "512" -> VectorShape.S_512_BIT;
        case "auto" -> IntVector.SPECIES_PREFERRED.vectorBitSize() > 512
                ? VectorShape.S_512_BIT
                : IntVector.SPECIES_PREFERRED.vectorShape();
        default -> throw new IllegalArgumentException(
                "fvae.vectorBits must be 128, 256, 512 or scalar, got " + Simd.request());
    };

    public static final VectorSpecies<Float> F = VectorSpecies.of(float.class, SHAPE);
    public static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, SHAPE);
    public static final VectorSpecies<Long> L = VectorSpecies.of(long.class, SHAPE);
    public static final VectorSpecies<Double> D = VectorSpecies.of(double.class, SHAPE);

    /// Floats per vector: 4, 8 or 16.
    public static final int WIDTH = F.length();

    private Lanes() {}
}
