// The driver's result codes that the stand-in returns, with the driver's numbers and names.
#pragma once

namespace simt {

#define FVAE_SIMT_RESULTS(X)                                                            \
    X(SUCCESS, 0, "no error")                                                           \
    X(INVALID_VALUE, 1, "invalid argument")                                             \
    X(OUT_OF_MEMORY, 2, "out of memory")                                                \
    X(NOT_INITIALIZED, 3, "initialization error")                                       \
    X(INVALID_DEVICE, 101, "invalid device ordinal")                                    \
    X(INVALID_IMAGE, 200, "device kernel image is invalid")                             \
    X(INVALID_CONTEXT, 201, "invalid device context")                                   \
    X(NO_BINARY_FOR_GPU, 209, "no kernel image is available for execution on the device") \
    X(INVALID_HANDLE, 400, "invalid resource handle")                                   \
    X(NOT_FOUND, 500, "named symbol not found")                                         \
    X(NOT_READY, 600, "device not ready")                                               \
    X(ILLEGAL_ADDRESS, 700, "an illegal memory access was encountered")                 \
    X(LAUNCH_OUT_OF_RESOURCES, 701, "too many resources requested for launch")          \
    X(LAUNCH_FAILED, 719, "unspecified launch failure")                                 \
    X(COOPERATIVE_LAUNCH_TOO_LARGE, 720, "too many blocks in cooperative launch")       \
    X(NOT_SUPPORTED, 801, "operation not supported")                                    \
    X(STREAM_CAPTURE_UNSUPPORTED, 900, "operation not permitted when stream is capturing") \
    X(STREAM_CAPTURE_INVALIDATED, 901, "operation failed due to a previous error during capture") \
    X(STREAM_CAPTURE_UNMATCHED, 903, "stream capture began in another stream")          \
    X(STREAM_CAPTURE_UNJOINED, 904, "capturing stream has unjoined work")               \
    X(STREAM_CAPTURE_IMPLICIT, 906, "operation would make the legacy stream depend on a capturing stream") \
    X(STREAM_CAPTURE_WRONG_THREAD, 908, "the stream's capture was begun by another thread") \
    X(UNKNOWN, 999, "unknown error")

#define X(name, number, text) name = number,
enum Result : int { FVAE_SIMT_RESULTS(X) };
#undef X

}  // namespace simt
