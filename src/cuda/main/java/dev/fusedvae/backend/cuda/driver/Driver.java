package dev.fusedvae.backend.cuda.driver;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE;

import dev.fusedvae.backend.cuda.kernels.Images;
import dev.fusedvae.run.BackendUnavailableException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;

/// One device with its context and one stream; all calls of the driver API are made here.
///
/// The work of the stream runs in order, and later than the call that enqueued it; its results can be read after [#synchronize].
/// Any thread may call; [#enter] makes the context the current one of the calling thread.
public final class Driver implements AutoCloseable {
    /// Results of loading an image that was made for another device, or by a compiler that is newer than the driver.
    private static final Set<Integer> FOREIGN_IMAGE = Set.of(CUresult.CUDA_ERROR_INVALID_IMAGE, CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU,
            CUresult.CUDA_ERROR_INVALID_PTX, CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION);

    private static final int SHARED_WITHOUT_ASKING = 48 << 10;

    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final CUstream stream = new CUstream();
    private final AtomicLong allocatedBytes = new AtomicLong();
    private volatile boolean closed;

    /// Opens device 0.
    public Driver() {
        check(JCudaDriver.cuInit(0), "cuInit");
        check(JCudaDriver.cuDeviceGet(device, 0), "cuDeviceGet");
        check(JCudaDriver.cuCtxCreate(context, 0, device), "cuCtxCreate");
        int status = JCudaDriver.cuStreamCreate(stream, 0);
        if (status != CUresult.CUDA_SUCCESS) {
            JCudaDriver.cuCtxDestroy(context);
            check(status, "cuStreamCreate");
        }
    }

    /// `sm_90` for compute capability 9.0.
    static String architecture() {
        CUdevice first = firstDevice();
        return "sm_" + attribute(first, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                + attribute(first, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    }

    /// Name, compute capability, memory and driver of device 0, in words.
    static String describe() {
        CUdevice first = firstDevice();
        byte[] name = new byte[256];
        check(JCudaDriver.cuDeviceGetName(name, name.length, first), "cuDeviceGetName");
        int end = 0;
        while (end < name.length && name[end] != 0) {
            end++;
        }
        int[] version = {0};
        check(JCudaDriver.cuDriverGetVersion(version), "cuDriverGetVersion");
        return "%s, compute capability %d.%d, driver for CUDA %d.%d".formatted(new String(name, 0, end, StandardCharsets.UTF_8),
                attribute(first, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(first, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR), version[0] / 1000, version[0] % 1000 / 10);
    }

    private static CUdevice firstDevice() {
        check(JCudaDriver.cuInit(0), "cuInit");
        CUdevice first = new CUdevice();
        check(JCudaDriver.cuDeviceGet(first, 0), "cuDeviceGet");
        return first;
    }

    private static int attribute(CUdevice of, int attribute) {
        int[] value = {0};
        check(JCudaDriver.cuDeviceGetAttribute(value, attribute, of), "cuDeviceGetAttribute");
        return value[0];
    }

    public static void check(int status, String call) {
        if (status != CUresult.CUDA_SUCCESS) {
            throw new IllegalStateException("the CUDA driver refused " + call + ": " + CUresult.stringFor(status) + " (" + status + ")"
                    + SimtDriver.message().map(m -> ": " + m).orElse(""));
        }
    }

    /// Makes this the current context of the calling thread.
    ///
    /// @throws IllegalStateException if it is closed
    public void enter() {
        if (closed) {
            throw new IllegalStateException("this cuda backend is closed");
        }
        check(JCudaDriver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
    }

    /// [#enter] for releasing: errors of the driver are ignored, so that everything is released. After [#close] nothing may be
    /// released, because handles of a destroyed context are invalid; [dev.fusedvae.backend.cuda.Engine#close] releases everything before.
    public void enterToClose() {
        if (!closed) {
            JCudaDriver.cuCtxSetCurrent(context);
        }
    }

    private void release(IntSupplier call, String name) {
        if (!closed) {
            check(call.getAsInt(), name);
        }
    }

    /// A pointer to device memory at an address: a null base and an offset, because JCuda cannot make a pointer from a number.
    private static final class At extends CUdeviceptr {
        At(long address) {
            super(new CUdeviceptr(), address);
        }
    }

    /// An object of the driver whose handle can be read as a number.
    private static final class Handle extends NativePointerObject {
        Handle(NativePointerObject of) {
            super(of);
        }

        long number() {
            return getNativePointer();
        }
    }

    /// The driver's handle of `object`, for calls that are not made through JCuda.
    static long handle(NativePointerObject object) {
        return new Handle(object).number();
    }

    /// JCuda's pointer to device memory, for calls that are repeated.
    public static CUdeviceptr pointer(long address) {
        return new At(address);
    }

    /// A pointer whose address can be read as a number, because kernels take addresses inside structs.
    private static final class Fresh extends CUdeviceptr {
        long address() {
            return getNativePointer();
        }
    }

    /// Allocates device memory, 256-byte aligned, with undefined content; free it with [#free].
    ///
    /// @throws BackendUnavailableException if the device has too little memory
    long allocate(long bytes) {
        Fresh pointer = new Fresh();
        int status = JCudaDriver.cuMemAlloc(pointer, bytes);
        if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw new BackendUnavailableException(String.format(Locale.ROOT,
                    "the device has no room for %.1f MiB more (this run holds %.1f MiB); use a smaller batch, narrower layers or the cpu backend",
                    bytes / 0x1p20, allocatedBytes.get() / 0x1p20));
        }
        check(status, "cuMemAlloc");
        allocatedBytes.addAndGet(bytes);
        return pointer.address();
    }

    void free(long address, long bytes) {
        allocatedBytes.addAndGet(-bytes);
        release(() -> JCudaDriver.cuMemFree(new At(address)), "cuMemFree");
    }

    /// Allocates pinned host memory, which copies of a stream may use.
    public Pointer allocatePinned(long bytes) {
        Pointer pointer = new Pointer();
        int status = JCudaDriver.cuMemAllocHost(pointer, bytes);
        if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw new BackendUnavailableException("the system has no room for " + bytes + " bytes of pinned memory; close other programs");
        }
        check(status, "cuMemAllocHost");
        return pointer;
    }

    public void freePinned(Pointer pointer) {
        release(() -> JCudaDriver.cuMemFreeHost(pointer), "cuMemFreeHost");
    }

    /// Enqueues a copy; `from` is pinned and must not be changed until [#synchronize].
    public void upload(long to, Pointer from, long bytes) {
        upload(new At(to), from, bytes);
    }

    public void upload(CUdeviceptr to, Pointer from, long bytes) {
        check(JCudaDriver.cuMemcpyHtoDAsync(to, from, bytes, stream), "cuMemcpyHtoDAsync");
    }

    /// Enqueues a copy; `to` is pinned and has the values after [#synchronize].
    public void download(Pointer to, long from, long bytes) {
        download(to, new At(from), bytes);
    }

    public void download(Pointer to, CUdeviceptr from, long bytes) {
        check(JCudaDriver.cuMemcpyDtoHAsync(to, from, bytes, stream), "cuMemcpyDtoHAsync");
    }

    /// Enqueues a copy within the device.
    public void copy(long to, long from, long bytes) {
        check(JCudaDriver.cuMemcpyDtoDAsync(new At(to), new At(from), bytes, stream), "cuMemcpyDtoDAsync");
    }

    /// Enqueues filling memory with zeros.
    public void clear(long address, long bytes) {
        fill(address, 0, bytes);
    }

    /// Enqueues filling memory with one word.
    public void fill(long address, int word, long bytes) {
        check(JCudaDriver.cuMemsetD32Async(new At(address), word, bytes / 4, stream), "cuMemsetD32Async");
    }

    /// Enqueues setting one word; the value is copied by the call.
    public void set(CUdeviceptr word, int value) {
        check(JCudaDriver.cuMemsetD32Async(word, value, 1, stream), "cuMemsetD32Async");
    }

    /// Waits for all work of the stream; if any of it has failed, this throws.
    public void synchronize() {
        check(JCudaDriver.cuStreamSynchronize(stream), "cuStreamSynchronize: a kernel or a copy before it failed");
    }

    /// [#synchronize] after a failure that is reported already: memory must not be freed while work still uses it.
    public void drain() {
        if (!closed) {
            JCudaDriver.cuStreamSynchronize(stream);
        }
    }

    /// Captures what `work` enqueues as a graph, to be enqueued by [#replay]; nothing of it runs now. Release it with [#release].
    ///
    /// The capture is thread-local: other threads may allocate and synchronize during it, this one may not.
    public CUgraphExec capture(Runnable work) {
        check(JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), "cuStreamBeginCapture");
        CUgraph graph = new CUgraph();
        boolean captured = false;
        try {
            work.run();
            check(JCudaDriver.cuStreamEndCapture(stream, graph), "cuStreamEndCapture");
            captured = true;
        } finally {
            if (!captured) {
                abandonCapture();
            }
        }
        try {
            CUgraphExec executable = new CUgraphExec();
            check(JCudaDriver.cuGraphInstantiate(executable, graph, 0), "cuGraphInstantiate");
            return executable;
        } finally {
            JCudaDriver.cuGraphDestroy(graph); // an executable graph is a copy
        }
    }

    /// Ends a capture that has failed, so that the stream accepts work again.
    private void abandonCapture() {
        CUgraph partial = new CUgraph();
        if (JCudaDriver.cuStreamEndCapture(stream, partial) == CUresult.CUDA_SUCCESS) {
            JCudaDriver.cuGraphDestroy(partial);
        }
    }

    /// Enqueues all work of a graph.
    public void replay(CUgraphExec graph) {
        check(JCudaDriver.cuGraphLaunch(graph, stream), "cuGraphLaunch");
    }

    public void release(CUgraphExec graph) {
        release(() -> JCudaDriver.cuGraphExecDestroy(graph), "cuGraphExecDestroy");
    }

    /// Loads the image of kernel `name`.
    ///
    /// @throws BackendUnavailableException if it was made for another device or driver
    public CUmodule module(Images.Image image, String name) {
        CUmodule module = new CUmodule();
        int status = JCudaDriver.cuModuleLoadData(module, image.bytes());
        if (FOREIGN_IMAGE.contains(status)) {
            throw new BackendUnavailableException("this device or driver does not take the image of kernel " + name + " (" + image.origin().text() + ", "
                    + image.where() + "): " + CUresult.stringFor(status) + " (" + status + "); " + switch (image.origin()) {
                        case PACKED, PACKED_PTX -> "update the driver, or put nvcc on the PATH and run from a source tree";
                        case KEPT, COMPILED -> "remove the file and start again, or update the driver";
                    });
        }
        check(status, "the image of " + name + " (cuModuleLoadData)");
        return module;
    }

    void unload(CUmodule module) {
        release(() -> JCudaDriver.cuModuleUnload(module), "cuModuleUnload");
    }

    CUfunction function(CUmodule module, String entry) {
        CUfunction function = new CUfunction();
        check(JCudaDriver.cuModuleGetFunction(function, module, entry), "entry point " + entry + " (cuModuleGetFunction)");
        return function;
    }

    /// Allows launches of `function` to use `bytes` of dynamic shared memory; more than 48 KiB must be requested in this way (CUDA C++
    /// Programming Guide, "Compute Capability 9.x").
    public static void allowShared(CUfunction function, int bytes) {
        if (bytes > SHARED_WITHOUT_ASKING) {
            check(JCudaDriver.cuFuncSetAttribute(function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes),
                    bytes + " bytes of dynamic shared memory (cuFuncSetAttribute)");
        }
    }

    public CUstream stream() {
        return stream;
    }

    /// Bytes of the device's L2 cache.
    public int l2Bytes() {
        return attribute(device, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
    }

    /// Bytes of device memory that are not freed yet.
    public long allocatedBytes() {
        return allocatedBytes.get();
    }

    /// The address range of pinned memory as a segment.
    public static MemorySegment segment(Pointer pinned, long bytes) {
        return MemorySegment.ofBuffer(pinned.getByteBuffer(0, bytes));
    }

    public boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        enterToClose();
        closed = true;
        int status = JCudaDriver.cuStreamDestroy(stream);
        check(JCudaDriver.cuCtxDestroy(context), "cuCtxDestroy");
        check(status, "cuStreamDestroy");
    }
}
