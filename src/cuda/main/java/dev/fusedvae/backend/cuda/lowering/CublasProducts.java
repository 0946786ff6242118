package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.driver.Launcher;
import dev.fusedvae.backend.cuda.driver.SimtDriver;
import dev.fusedvae.backend.cuda.driver.VendorLibrary;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.run.BackendUnavailableException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntSupplier;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;

/// Matrix products by cuBLAS, in fp32: the pedantic mode, so neither TF32 nor any other shortcut.
///
/// cuBLAS is column-major and sees a row-major matrix as its transpose, so each product is computed transposed. Only the live rows of
/// the record are multiplied, with all their samples; rows beyond them are neither read nor written.
final class CublasProducts implements AutoCloseable {
    private final cublasHandle handle = new cublasHandle();
    private final String version;
    private final Pointer one;
    private final Pointer zero;

    private CublasProducts(Driver driver, String library) {
        VendorLibrary.CUBLAS.load(JCublas2::initialize);
        int status = JCublas2.cublasCreate(handle);
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            throw new BackendUnavailableException("cuBLAS (" + library + ") does not start: " + cublasStatus.stringFor(status)
                    + "; it may not support this driver, so leave gemm out");
        }
        try {
            check(JCublas2.cublasSetStream(handle, new cudaStream_t(driver.stream())), "cublasSetStream");
            check(JCublas2.cublasSetMathMode(handle, cublasMath.CUBLAS_PEDANTIC_MATH), "cublasSetMathMode");
            int[] number = {0};
            check(JCublas2.cublasGetVersion(handle, number), "cublasGetVersion");
            version = "cuBLAS " + number[0] / 10000 + "." + number[0] % 10000 / 100 + " (" + library + ")";
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        one = scalar(1);
        zero = scalar(0);
    }

    static CublasProducts open(Driver driver) {
        return new CublasProducts(driver, VendorLibrary.CUBLAS.prepare());
    }

    private static Pointer scalar(float value) {
        return Pointer.to(ByteBuffer.allocateDirect(Float.BYTES).order(ByteOrder.nativeOrder()).putFloat(0, value));
    }

    /// `cuBLAS 12.6 (libcublas.so.12)`
    String version() {
        return version;
    }

    private static void check(int status, String call) {
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            throw new IllegalStateException("cuBLAS refused " + call + ": " + cublasStatus.stringFor(status)
                    + SimtDriver.message().map(m -> ": " + m).orElse(""));
        }
    }

    /// A column-major product: C[m,n] = op(A) op(B), with the leading dimensions of A, B, C.
    private record Product(int opA, int opB, Pointer a, int lda, Pointer b, int ldb, Pointer c, int ldc) {}

    private void multiply(Product p, int m, int n, int k) {
        int status = JCublas2.cublasSgemm(handle, p.opA, p.opB, m, n, k, one, p.a, p.lda, p.b, p.ldb, zero, p.c, p.ldc);
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            check(status, "cublasSgemm of " + m + " x " + n + " x " + k);
        }
    }

    private static Pointer pointer(Args args, String field) {
        return Driver.pointer(args.pointer(field));
    }

    /// The number of live rows of the record that `args` name at the time of the call.
    private static IntSupplier rows(Args args, Control control) {
        int samples = args.word("samples");
        return () -> samples * control.rows(args.word("offset"));
    }

    /// `linear`: y = x Wᵀ, that is yᵀ[N,B] = W xᵀ.
    Launcher.Launch linear(Args args, Control control) {
        int n = args.word("n");
        int k = args.word("k");
        IntSupplier rows = rows(args, control);
        Product p = new Product(cublasOperation.CUBLAS_OP_T, cublasOperation.CUBLAS_OP_N, pointer(args, "w"), k, pointer(args, "x"), k, pointer(args, "y"), n);
        return () -> multiply(p, n, rows.getAsInt(), k);
    }

    /// `linear_backward_data`: dX = dY W, that is dXᵀ[K,B] = Wᵀ dYᵀ.
    Launcher.Launch data(Args args, Control control) {
        int n = args.word("n");
        int k = args.word("k");
        IntSupplier rows = rows(args, control);
        Product p = new Product(cublasOperation.CUBLAS_OP_N, cublasOperation.CUBLAS_OP_N, pointer(args, "w"), k, pointer(args, "dy"), n, pointer(args, "dx"), k);
        return () -> multiply(p, k, rows.getAsInt(), n);
    }

    /// `linear_backward_weight`: dW = dYᵀ X, that is dWᵀ[K,N] = Xᵀ dY, summed over the rows of the record.
    Launcher.Launch weight(Args args, Control control) {
        int n = args.word("n");
        int k = args.word("k");
        IntSupplier rows = rows(args, control);
        Product p = new Product(cublasOperation.CUBLAS_OP_N, cublasOperation.CUBLAS_OP_T, pointer(args, "x"), k, pointer(args, "dy"), n, pointer(args, "dw"), k);
        return () -> multiply(p, k, n, rows.getAsInt());
    }

    @Override
    public void close() {
        JCublas2.cublasDestroy(handle);
    }
}
