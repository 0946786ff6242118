package dev.fusedvae.backend.cpu;

import dev.fusedvae.simd.Simd;

/// The matrix products of the CPU path, one panel of 32 columns at a time.
///
/// **Panels.** A matrix [R, C] is stored as ⌈C/32⌉ panels of 32 columns: element (r, c) is at
/// `base + (c/32)·panel + r·32 + c%32`, with `panel` = 32 times the rows padded to a multiple of 4; columns beyond C
/// are zero. So no product of training needs its operands packed. With X[B,K], W[N,K] and Y[B,N]:
///
/// | product | method | A | B | one call fills |
/// |---|---|---|---|---|
/// | forward `Y = X Wᵀ` | [#rows] | X | a panel of Wᵀ | 32 columns of Y |
/// | data gradient `dX = dY W` | [#rows] | dY | a panel of W | 32 columns of dX |
/// | weight gradient `dWᵀ = Xᵀ dY` | [#columns] | a panel of X | a panel of dY | a 32 x 32 block of dWᵀ |
/// | one example `y = x Wᵀ` | [#row] | x | panels of Wᵀ | 32 columns a panel |
///
/// **Bits.** Every element of C is one chain of fused multiply-adds from zero in increasing k. So scalar code and
/// vectors of every width give the same bits, and so do other ways to split rows and panels among threads.
///
/// All arrays may be one array; what a call writes must not overlap what it reads. Implementations hold no state.
///
/// **Speed.** A matrix that starts on a cache line (offset 12 modulo 16 behind the usual 16-byte array header) gains up
/// to 5 %. Beyond a batch of 128, calls by blocks of 96 rows, all panels for one block first, keep A in the
/// second-level cache: 3 % at 256 x 1024 x 1024.
public interface Gemm {

    /// The product for this JVM: vectors where [Simd#vector()] allows them, else scalar loops with the same bits.
    static Gemm create() {
        return Simd.vector() ? new VectorGemm() : new ScalarGemm();
    }

    /// `C[r][0..32) = Σ_{k < depth} A(r,k) · B[k][0..32)` for r in [0, rows), with
    /// `A(r,k) = a[aAt + (k/32)·aPanel + r·32 + k%32]`, row k of B at `b[bAt + k·32]` and row r of C at
    /// `c[cAt + r·32]`.
    ///
    /// @param rows a multiple of 4
    void rows(int rows, int depth, float[] a, int aAt, int aPanel, float[] b, int bAt, float[] c, int cAt);

    /// Rows that have one list of terms.
    int GROUP = 12;

    /// Lists the k in [0, depth) with A(r,k) ≠ 0 for some r in [0, rows), in order, from `terms[at]` on, and returns how many
    /// they are; NaN counts. A is addressed as by [#rows].
    ///
    /// ReLU turns off the same units for most samples of one example: 23 % of those of 784-400-20 for all rows of a group.
    ///
    /// @param rows  at most [#GROUP]
    /// @param terms has room for `depth` from `at` on
    int terms(int rows, int depth, float[] a, int aAt, int aPanel, int[] terms, int at);

    /// [#rows] over listed k only: those of rows 12g … 12g + 11 begin at `terms[g·stride + 1]`, their number is in front.
    ///
    /// Leaving out products with 0 changes no bit but the sign of a zero where B is finite.
    void rows(int rows, float[] a, int aAt, int aPanel, int[] terms, int stride, float[] b, int bAt, float[] c, int cAt);

    /// `C[r][0..32) = Σ_{k < depth} A(r,k) · B[k][0..32)` for r in [0, rows), with `A(r,k) = a[aAt + k·32 + r]`,
    /// row k of B at `b[bAt + k·32]` and row r of C at `c[cAt + r·32]`.
    ///
    /// @param rows a multiple of 4, at most 32: the width of a panel
    void columns(int rows, int depth, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt);

    /// Groups of columns of a panel that have a list of terms each: 12, 12 and 8 of them.
    int GROUPS = 3;

    /// Lists, for each group g of 12 columns of a panel of A, the k in [0, depth) with A(r,k) ≠ 0 for some r of the group, in
    /// order, from `terms[g·stride + 1]` on, their number in front; NaN counts. A is addressed as by [#columns].
    ///
    /// Where A is a panel of images, whole stretches of a row of pixels are background.
    ///
    /// @param terms has room for three times `stride`, which is more than `depth`
    void columnTerms(int depth, float[] a, int aAt, int[] terms, int stride);

    /// [#columns] over listed k only; see [#columnTerms].
    ///
    /// Leaving out products with 0 changes no bit but the sign of a zero where B is finite.
    void columns(int rows, float[] a, int aAt, int[] terms, int stride, float[] b, int bAt, float[] c, int cAt);

    /// `c_p[0..32) = Σ_{k < depth} x(k) · B_p[k][0..32)` for the panels p in [0, panels), with
    /// `x(k) = x[xAt + (k/32)·xPanel + k%32]` (a plain vector has xPanel 32), row k of B_p at
    /// `b[bAt + p·bPanel + k·32]` and c_p at `c[cAt + p·cPanel]`.
    ///
    /// It runs at the speed of the memory that holds B, so it takes several panels at once, and it leaves out every k with
    /// x(k) = 0: a row of B that is not read costs nothing. Where B is finite that changes no bit but the sign of a zero.
    ///
    /// @param terms scratch, at least `depth` long
    void row(int panels, int depth, float[] x, int xAt, int xPanel,
            float[] b, int bAt, int bPanel, float[] c, int cAt, int cPanel, int[] terms);
}
