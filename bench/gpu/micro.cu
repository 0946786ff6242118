// Microbenchmarks of the device and its driver, printed as one JSON object; times in microseconds, medians.
//   nvcc -O3 -std=c++17 -arch=native micro.cu -o micro && ./micro
//   ./micro --plant out-of-bounds | race      runs one planted fault, which compute-sanitizer must find
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#define CHECK(call) check((call), #call)

static void check(cudaError_t status, const char* call) {
    if (status != cudaSuccess) {
        std::fprintf(stderr, "micro: %s: %s\n", call, cudaGetErrorString(status));
        std::exit(1);
    }
}

__global__ void empty_kernel() {}

__global__ void copy_kernel(const float4* from, float4* to, size_t count) {
    for (size_t i = blockIdx.x * size_t(blockDim.x) + threadIdx.x; i < count; i += size_t(gridDim.x) * blockDim.x) {
        to[i] = from[i];
    }
}

constexpr int CHAINS = 8;          // independent sums per thread: enough to hide the latency of a fused multiply-add
constexpr int FMAS = 4096;

__global__ void fma_kernel(float* out, float a, float b) {
    float sum[CHAINS];
    for (int c = 0; c < CHAINS; c++) {
        sum[c] = float(threadIdx.x + c);
    }
#pragma unroll 16
    for (int i = 0; i < FMAS; i++) {
#pragma unroll
        for (int c = 0; c < CHAINS; c++) {
            sum[c] = fmaf(sum[c], a, b);
        }
    }
    float total = 0;
    for (int c = 0; c < CHAINS; c++) {
        total += sum[c];
    }
    out[blockIdx.x * blockDim.x + threadIdx.x] = total;
}

// A barrier of the grid: every block arrives with a release and waits with an acquire. `arrived` is not reset between barriers.
__global__ void barrier_kernel(unsigned* arrived, int barriers) {
    for (int i = 1; i <= barriers; i++) {
        __syncthreads();
        if (threadIdx.x == 0) {
            unsigned seen;
            asm volatile("red.release.gpu.global.add.u32 [%0], 1;" : : "l"(arrived) : "memory");
            do {
                asm volatile("ld.acquire.gpu.u32 %0, [%1];" : "=r"(seen) : "l"(arrived) : "memory");
            } while (seen < unsigned(i) * gridDim.x);
        }
        __syncthreads();
    }
}

__global__ void out_of_bounds_kernel(int* values, int count) { values[count + threadIdx.x] = 1; }

__global__ void race_kernel(int* out) {
    __shared__ int words[64];
    words[threadIdx.x] = int(threadIdx.x);
    out[threadIdx.x] = words[(threadIdx.x + 32) % 64];    // the barrier before this line is missing
}

static double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// The microseconds that `work` takes, by device events.
static double device_micros(const std::function<void(cudaStream_t)>& work, int repeats = 21) {
    cudaStream_t stream;
    cudaEvent_t start, end;
    CHECK(cudaStreamCreate(&stream));
    CHECK(cudaEventCreate(&start));
    CHECK(cudaEventCreate(&end));
    work(stream);
    std::vector<double> times;
    for (int i = 0; i < repeats; i++) {
        float millis;
        CHECK(cudaEventRecord(start, stream));
        work(stream);
        CHECK(cudaEventRecord(end, stream));
        CHECK(cudaEventSynchronize(end));
        CHECK(cudaEventElapsedTime(&millis, start, end));
        times.push_back(1e3 * millis);
    }
    CHECK(cudaGetLastError());
    CHECK(cudaEventDestroy(start));
    CHECK(cudaEventDestroy(end));
    CHECK(cudaStreamDestroy(stream));
    return median(times);
}

// The microseconds that `work` takes, by the clock of the host.
static double host_micros(const std::function<void()>& work, int repeats) {
    work();
    std::vector<double> times;
    for (int i = 0; i < repeats; i++) {
        const auto start = std::chrono::steady_clock::now();
        work();
        times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
    }
    return median(times);
}

static cudaGraphExec_t chain_of_empty_kernels(int nodes) {
    cudaStream_t stream;
    cudaGraph_t graph;
    cudaGraphExec_t executable;
    CHECK(cudaStreamCreate(&stream));
    CHECK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    for (int i = 0; i < nodes; i++) {
        empty_kernel<<<1, 256, 0, stream>>>();
    }
    CHECK(cudaStreamEndCapture(stream, &graph));
    CHECK(cudaGraphInstantiate(&executable, graph, 0));
    CHECK(cudaGraphDestroy(graph));
    CHECK(cudaStreamDestroy(stream));
    return executable;
}

static void put(std::string& json, const char* name, double value) {
    char text[128];
    std::snprintf(text, sizeof text, "%s\"%s\": %.6g", json.size() > 1 ? ", " : "", name, value);
    json += text;
}

static void launches(std::string& json) {
    constexpr int COUNT = 500;
    put(json, "streamLaunchHost", host_micros([] { empty_kernel<<<1, 256>>>(); }, COUNT));
    CHECK(cudaDeviceSynchronize());
    put(json, "launchAndSynchronize", host_micros([] { empty_kernel<<<1, 256>>>(); CHECK(cudaDeviceSynchronize()); }, COUNT));
    put(json, "streamKernelToKernel", device_micros([](cudaStream_t s) {
        for (int i = 0; i < COUNT; i++) empty_kernel<<<1, 256, 0, s>>>();
    }) / COUNT);
    for (int nodes : {1, 64, 1024}) {
        const cudaGraphExec_t graph = chain_of_empty_kernels(nodes);
        const std::string name = "graphNode" + std::to_string(nodes);
        put(json, name.c_str(), device_micros([&](cudaStream_t s) { CHECK(cudaGraphLaunch(graph, s)); }) / nodes);
        put(json, (name + "LaunchHost").c_str(), host_micros([&] { CHECK(cudaGraphLaunch(graph, nullptr)); }, 20));
        CHECK(cudaDeviceSynchronize());
        CHECK(cudaGraphExecDestroy(graph));
    }
}

static void barriers(std::string& json, const cudaDeviceProp& device) {
    int barriers = 1000;
    unsigned* arrived;
    CHECK(cudaMalloc(&arrived, sizeof *arrived));
    void* arguments[] = {&arrived, &barriers};
    for (int blocks : {device.multiProcessorCount, 2 * device.multiProcessorCount}) {
        const double micros = device_micros([&](cudaStream_t s) {
            CHECK(cudaMemsetAsync(arrived, 0, sizeof *arrived, s));
            CHECK(cudaLaunchCooperativeKernel(reinterpret_cast<void*>(barrier_kernel), dim3(blocks), dim3(256), arguments, 0, s));
        });
        put(json, ("gridBarrier" + std::to_string(blocks) + "x256").c_str(), micros / barriers);
    }
    CHECK(cudaFree(arrived));
}

static void roofs(std::string& json, const cudaDeviceProp& device) {
    constexpr size_t BYTES = size_t(1) << 30;
    float4 *from, *to;
    CHECK(cudaMalloc(&from, BYTES));
    CHECK(cudaMalloc(&to, BYTES));
    std::vector<unsigned> random(BYTES / 4);
    unsigned state = 1;
    for (unsigned& word : random) {
        word = state = state * 1664525u + 1013904223u;     // pseudo-random data, because regular patterns run faster
    }
    CHECK(cudaMemcpy(from, random.data(), BYTES, cudaMemcpyHostToDevice));
    const int blocks = 16 * device.multiProcessorCount;
    put(json, "copyGigabytesPerSecond", 2e-3 * BYTES / device_micros([&](cudaStream_t s) { copy_kernel<<<blocks, 512, 0, s>>>(from, to, BYTES / 16); }));
    const double flops = 2.0 * CHAINS * FMAS * blocks * 512;
    put(json, "fp32GigaflopsPerSecond", 1e-3 * flops / device_micros([&](cudaStream_t s) {
        fma_kernel<<<blocks, 512, 0, s>>>(reinterpret_cast<float*>(to), 0.999f, 0.001f);
    }));
    CHECK(cudaFree(from));
    CHECK(cudaFree(to));
}

static int plant(const char* fault) {
    int* values;
    CHECK(cudaMalloc(&values, 64 * sizeof *values));
    if (std::strcmp(fault, "race") == 0) {
        race_kernel<<<1, 64>>>(values);
    } else {
        out_of_bounds_kernel<<<1, 64>>>(values, 1 << 20);
    }
    std::printf("%s: %s\n", fault, cudaGetErrorString(cudaDeviceSynchronize()));
    return 0;
}

int main(int count, char** words) {
    if (count == 3 && std::strcmp(words[1], "--plant") == 0) {
        return plant(words[2]);
    }
    cudaDeviceProp device;
    CHECK(cudaGetDeviceProperties(&device, 0));
    std::string json = "{";
    put(json, "multiprocessors", device.multiProcessorCount);
    put(json, "l2Bytes", device.l2CacheSize);
    launches(json);
    barriers(json, device);
    roofs(json, device);
    std::printf("%s}\n", json.c_str());
}
