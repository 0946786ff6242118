// Kernels for the tests of the SIMT device: some are correct, some have a planted fault that the device must report.
#include "common/device.cuh"

struct Vectors { const float* x; float* y; int32_t n; uint32_t reserved; };
static_assert(sizeof(Vectors) == 24);
struct Words { uint32_t* words; const float* table; uint32_t n, value; };
static_assert(sizeof(Words) == 24);

KERNEL(scale, Vectors, 0) {
    int i = int(blockIdx.x * blockDim.x + threadIdx.x);
    if (i < args.n) args.y[i] = 2.0f * args.x[i];
}

// The sum of the 256 numbers of each block: a tree in shared memory down to one warp, then shuffles.
KERNEL(block_sum, Vectors, 0) {
    SHARED(float, part, 256);
    int i = int(blockIdx.x * blockDim.x + threadIdx.x);
    part[threadIdx.x] = i < args.n ? args.x[i] : 0.0f;
    sync();                                             // all of part is written, before other threads read it
    for (unsigned half = 128; half >= 32; half /= 2) {
        if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
        sync();                                         // this level is written, before the next one reads it
    }
    if (warp_id() != 0) return;
    float sum = part[lane_id()];
    for (int by = 16; by > 0; by /= 2) sum += warp_shuffle_down(sum, by);
    if (lane_id() == 0) args.y[blockIdx.x] = sum;
}

KERNEL(reverse_async, Vectors, 0) {
    DYN_SHARED(float, tile);
    if (threadIdx.x < 64) cp_async16(tile + 4 * threadIdx.x, args.x + 4 * threadIdx.x, int(4 * threadIdx.x) < args.n);
    cp_async_commit();
    cp_async_wait<0>();
    sync();
    args.y[threadIdx.x] = tile[255 - threadIdx.x];
}

KERNEL(collectives, Words, 0) {
    uint32_t votes = warp_ballot(lane_id() % 3 == 0), any = warp_any(lane_id() == 5), all = warp_all(lane_id() < 31);
    uint32_t swapped = warp_shuffle_xor(threadIdx.x, 3), first = warp_shuffle(threadIdx.x, 7);
    bool right = votes == 0x49249249u && any == 1 && all == 0 && swapped == (threadIdx.x ^ 3u) && first == (threadIdx.x & ~31u) + 7;
    warp_sync();
    if (right) atomic_add(&args.words[0], args.value);
    atomic_max(&args.words[1], blockIdx.x * blockDim.x + threadIdx.x);
}

// Every block waits for all others, which needs a cooperative launch.
KERNEL(grid_barrier, Words, 0) {
    if (threadIdx.x == 0) {
        fence();
        atomic_add(&args.words[0], 1);
        spin_until([&] { return load_acquire(&args.words[0]) == gridDim.x; });
        args.words[1 + blockIdx.x] = load_acquire(&args.words[0]);
    }
}

KERNEL(count, Words, 0) {
    if (threadIdx.x == 0) atomic_add(&args.words[blockIdx.x], args.value);
}

KERNEL(copy_word, Words, 0) {
    if (threadIdx.x == 0) args.words[args.n + 1] = args.words[args.n];
}

// ---- planted faults ----

KERNEL(missing_barrier, Vectors, 0) {
    SHARED(float, part, 256);
    part[threadIdx.x] = args.x[threadIdx.x];
    args.y[threadIdx.x] = part[255 - threadIdx.x];
}

KERNEL(missing_wait, Vectors, 0) {
    DYN_SHARED(float, tile);
    if (threadIdx.x < 64) cp_async16(tile + 4 * threadIdx.x, args.x + 4 * threadIdx.x, true);
    cp_async_commit();
    sync();
    args.y[threadIdx.x] = tile[255 - threadIdx.x];
}

KERNEL(deadlock, Words, 0) {
    if (threadIdx.x < 40) sync();                       // 40 of 256 threads; fault_cases.hpp knows this line's number
    else if (threadIdx.x < 64 && args.value == 1) spin_until([&] { return load_acquire(args.words) == 77; });
    else warp_sync();
}

KERNEL(two_barriers, Words, 0) {
    if (threadIdx.x < 128) sync();
    else sync();
}

KERNEL(half_warp_shuffle, Words, 0) {
    if (lane_id() < 16) args.words[0] = warp_shuffle_xor(threadIdx.x, 1);
}

KERNEL(early_return, Words, 0) {
    if (threadIdx.x == 9) return;
    args.words[0] = warp_shuffle_xor(threadIdx.x, 1);
}

KERNEL(shared_overrun, Vectors, 0) {
    SHARED(float, before, 32);
    SHARED(float, tile, 256);
    tile[threadIdx.x + args.n] = 1.0f;                  // n = 1: one past the end
    before[lane_id()] = 0.0f;
    sync();
    args.y[threadIdx.x] = tile[threadIdx.x] + before[0];
}

KERNEL(global_overrun, Vectors, 0) {
    int i = int(threadIdx.x) + args.n;                  // n = 1: writes element 256 of 256
    args.y[i] = 1.0f;
}

KERNEL(global_overread, Vectors, 0) {
    args.y[threadIdx.x] = args.x[int(threadIdx.x) + args.n];
}

KERNEL(misaligned_async, Vectors, 0) {
    DYN_SHARED(float, tile);
    cp_async16(tile, args.x + 1, true);
}

// Block b reads what block b + 1 writes in the same launch.
KERNEL(block_hazard, Vectors, 0) {
    uint32_t next = (blockIdx.x + 1) % gridDim.x;
    if (threadIdx.x == 0) args.y[blockIdx.x] = args.y[next] + 1.0f;
}

// n = 0: correct, since the half that is written is not the one that is read; n = 1: the same half.
KERNEL(halves, Words, 0) {
    uint16_t* half = reinterpret_cast<uint16_t*>(args.words);
    if (threadIdx.x == 1) half[0] = 1;
    sync();                                             // half 0 is written before thread 2 reads it
    if (threadIdx.x == 1) {
        if (args.n == 1) half[0] = 3;
        half[1] = 2;
    }
    if (threadIdx.x == 2) args.words[1] = half[0];      // written since, with n = 1
}

KERNEL(uses_dynamic, Vectors, 0) {
    DYN_SHARED(float, tile);
    tile[threadIdx.x] = 0.0f;
}

// ---- tensor cores ----

// Lane i writes the bits of tf32 of its number.
KERNEL(round_tf32, Vectors, 0) {
    int i = int(threadIdx.x);
    if (i < args.n) reinterpret_cast<uint32_t*>(args.y)[i] = tf32_rna(args.x[i]);
}

// y[16][8] = 1000 y + x[16][K] x'[K][8], both operands one after the other in x, in the layouts that device.cuh states.
KERNEL(product_tf32, Vectors, 0) {
    if (warp_id() != 0) return;
    int g = lane_id() / 4, t = lane_id() % 4;
    const uint32_t* a = reinterpret_cast<const uint32_t*>(args.x);
    const uint32_t* b = a + 16 * 8;
    float* y = args.y + 2 * t;
    float d[4] = {1000 * y[8 * g], 1000 * y[8 * g + 1], 1000 * y[8 * (g + 8)], 1000 * y[8 * (g + 8) + 1]};
    uint32_t fragment_a[4] = {a[8 * g + t], a[8 * (g + 8) + t], a[8 * g + t + 4], a[8 * (g + 8) + t + 4]};
    uint32_t fragment_b[2] = {b[8 * t + g], b[8 * (t + 4) + g]};
    mma_tf32(d, fragment_a, fragment_b);
    y[8 * g] = d[0], y[8 * g + 1] = d[1], y[8 * (g + 8)] = d[2], y[8 * (g + 8) + 1] = d[3];
}

KERNEL(product_bf16, Vectors, 0) {
    if (warp_id() != 0) return;
    int g = lane_id() / 4, t = lane_id() % 4;
    const float* a = args.x;
    const float* b = a + 16 * 16;
    float* y = args.y + 2 * t;
    float d[4] = {1000 * y[8 * g], 1000 * y[8 * g + 1], 1000 * y[8 * (g + 8)], 1000 * y[8 * (g + 8) + 1]};
    auto pair = [](float low, float high) { return float_bits(low) >> 16 | (float_bits(high) & 0xffff0000u); };
    auto of_a = [&](int row, int k) { return pair(a[16 * row + k], a[16 * row + k + 1]); };
    auto of_b = [&](int k) { return pair(b[8 * k + g], b[8 * (k + 1) + g]); };
    uint32_t fragment_a[4] = {of_a(g, 2 * t), of_a(g + 8, 2 * t), of_a(g, 2 * t + 8), of_a(g + 8, 2 * t + 8)};
    uint32_t fragment_b[2] = {of_b(2 * t), of_b(2 * t + 8)};
    mma_bf16(d, fragment_a, fragment_b);
    y[8 * g] = d[0], y[8 * g + 1] = d[1], y[8 * (g + 8)] = d[2], y[8 * (g + 8) + 1] = d[3];
}

// A planted fault: only half of the warp multiplies.
KERNEL(half_warp_product, Vectors, 0) {
    float d[4] = {};
    uint32_t a[4] = {}, b[2] = {};
    if (lane_id() < 16) mma_tf32(d, a, b);
    args.y[threadIdx.x] = d[0];
}
