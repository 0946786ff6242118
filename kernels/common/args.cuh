// The arguments of every kernel: each kernel takes one struct by value. This file declares those for batches, layers, losses and
// parameters; the headers *_args.cuh that it includes at its end declare the rest. The host parses these headers, so they keep to
// one form: the comment above a struct starts with the names of the ops that take it, each line declares one field, and there is
// no padding.
//
// To avoid padding, pointers come first, then an even number of 32-bit words. The struct of every kernel that works on a step
// starts with `table, base` and has `offset` as its first word: the step's record is table[*base + offset].
//
// Matrices are row-major fp32. B is `batch`, the number of rows of a full batch: grids and partials are sized by it. Live rows are
// those that the step's record counts; rows beyond them are never read and never written. If an example has several `samples`,
// each sample is a row: row = example * samples + sample. Then B counts all these rows, and rows * samples of them are live. E is
// B / samples, the number of examples: a tensor [E, ..] has one row per example. In the structs of the latent gradients and of
// the importance weights, `batch` is E; they say so.
//
// "partials" are sums per row and tile of 32 columns: float[ceil(columns / 32)][B], to be added in the order of tiles.
// "norms" are sums of squares per block: float[blocks], in the order of blockIdx.y * gridDim.x + blockIdx.x.
// A pointer marked (or null) may be null: the kernel then neither reads nor writes through it, and does not compute what would be
// written. A word marked (or 0) is 0 if the kernel does not use it. The host must set all other fields; it throws if a call
// lacks one.
//
// The launch line of a kernel's card (the comment at the top of its .cu file) writes the grid with these letters: B batch, N n,
// K k, L latent (or columns), D d (or features), `count` of a gradient, `blocks` of all tensors together.
#pragma once

#include "device.cuh"

// The values that change from step to step; the same fields as dev.fusedvae.plan.Step.
struct StepRecord {
    uint32_t step_lo;
    uint32_t step_hi;
    uint32_t epoch;
    uint32_t position;
    uint32_t rows;
    float inv_rows;
    float rate;
    float rate_over_bc1;
    float rsqrt_bc2;
    float decay;
    float beta;
    uint32_t first_sample;     // the first sample of this step's chunk, if the samples of an example are computed in chunks; else 0
};
static_assert(sizeof(StepRecord) == 48, "StepRecord is 12 words");
FIELD_AT(StepRecord, inv_rows, 20);

// The numbers that the methods code() in dev.fusedvae.spec return; CodesTest compares them. A number is never reused for another
// meaning. The codes of activations and likelihoods are declared beside their formulas, in activation.cuh and likelihood.cuh.
enum BinarizationCode : uint32_t { AS_IS = 0, THRESHOLD = 1, DYNAMIC = 2 };
enum OptimizerCode : uint32_t { ADAM = 0, ADAMW = 1, SGD = 2 };
enum ElementCode : uint32_t { FLOATS = 0, BYTES = 1 };

#define ARGS_LAYOUT(type, pointers, words)                                                                    \
    static_assert((words) % 2 == 0 && sizeof(type) == 8 * (pointers) + 4 * (words), #type " must have no padding"); \
    FIELD_AT(type, offset, 8 * (pointers))

// gather
struct GatherArgs {
    const StepRecord* table;
    const uint32_t* base;
    const void* data;          // float[examples][features] or uint8_t[examples][features]
    const float* values;       // float[256]: the value of each byte (or null: the data are floats)
    const float* mean;         // float[features], subtracted from every row (or null)
    float* x;                  // [B, features]
    uint32_t offset;
    uint32_t key0;             // seed, low and high word
    uint32_t key1;
    uint32_t site;             // purpose << 24 | site << 16 of the binarization stream
    uint32_t in_order;         // 0 training: rows of the epoch's permutation, noise numbered by batch row;
                               // 1 inference: rows in order, noise numbered by example
    uint32_t examples;
    uint32_t features;
    uint32_t batch;
    uint32_t element;          // ElementCode
    uint32_t binarization;     // BinarizationCode
    uint32_t byte_law;         // 1 if bytes are grey pixels of full scale 255: then DYNAMIC uses draw_byte
    float shift;               // floats: value = (v - shift) / divisor
    float divisor;
    uint32_t reserved;
};
ARGS_LAYOUT(GatherArgs, 6, 14);

// linear
struct LinearArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* x;            // [B, K]
    const float* w;            // [N, K]
    float* y;                  // [B, N]
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t k;
    uint32_t samples;
    uint32_t reserved;
};
ARGS_LAYOUT(LinearArgs, 5, 6);

// linear_bias_act
struct LinearBiasActArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* x;            // [B, K]
    const float* w;            // [N, K]
    const float* bias;         // [N] (or null)
    float* pre;                // [B, N]: the pre-activation, if the backward pass reads it (or null)
    float* y;                  // [B, N]
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t k;
    uint32_t activation;       // ActivationCode; IDENTITY if there is none
    uint32_t samples;
};
ARGS_LAYOUT(LinearBiasActArgs, 7, 6);

// add_bias
struct AddBiasArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* a;            // [B, N]
    const float* bias;         // [N]
    float* y;                  // [B, N]
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t samples;
};
ARGS_LAYOUT(AddBiasArgs, 5, 4);

// activate
struct ActivateArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* a;            // [B, N]
    float* y;                  // [B, N]
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t activation;
    uint32_t samples;
    uint32_t reserved;
};
ARGS_LAYOUT(ActivateArgs, 4, 6);

// activate_backward
struct ActivateBackwardArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* dy;           // [B, N]
    const float* saved;        // [B, N]: the input for GELU and SILU, else the output
    float* da;                 // [B, N]
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t activation;
    uint32_t samples;
    uint32_t reserved;
};
ARGS_LAYOUT(ActivateBackwardArgs, 5, 6);

// add
struct AddArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* a;            // [B, N]
    const float* b;            // [B, N]
    float* out;                // [B, N]
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t samples;
};
ARGS_LAYOUT(AddArgs, 5, 4);

// reduce_loss
struct ReduceLossArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* ll;           // partials [.., E samples]
    const float* kl;           // partials [.., E] (or null: no KL)
    float* metrics;            // [2]
    double* losses;            // [table size][2]: the same sums in double, written to row *base + offset (or null)
    uint32_t* diverged;        // if it is 0 and the sums are not finite, set to *base + offset + 1; else unchanged (or null)
    uint32_t offset;
    uint32_t batch;            // E
    uint32_t ll_tiles;
    uint32_t kl_tiles;
    uint32_t samples;
    uint32_t reserved;
};
ARGS_LAYOUT(ReduceLossArgs, 7, 6);

// linear_backward_data
struct LinearBackwardDataArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* dy;           // [B, N]
    const float* w;            // [N, K]
    float* dx;                 // [B, K]
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t k;
    uint32_t samples;
    uint32_t reserved;
};
ARGS_LAYOUT(LinearBackwardDataArgs, 5, 6);

// linear_backward_data_act
struct LinearBackwardDataActArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* dy;           // [B, N]
    const float* w;            // [N, K]
    const float* saved;        // [B, K]: see ActivateBackwardArgs (or null: no activation)
    float* da;                 // [B, K]
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t k;
    uint32_t activation;
    uint32_t samples;
};
ARGS_LAYOUT(LinearBackwardDataActArgs, 6, 6);

// linear_backward_weight
struct LinearBackwardWeightArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* dy;           // [B, N]
    const float* x;            // [B, K]
    float* dw;                 // [N, K]
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t k;
    uint32_t samples;
    uint32_t reserved;
};
ARGS_LAYOUT(LinearBackwardWeightArgs, 5, 6);

// linear_backward_weight_bias
struct LinearBackwardWeightBiasArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* dy;           // [B, N]
    const float* x;            // [B, K]
    float* dw;                 // [N, K]
    float* db;                 // [N] (or null: no bias)
    float* dw_norms;           // norms of dw, one per block (or null)
    float* db_norms;           // norms of db, one per row of blocks: float[gridDim.y] (or null)
    const float* weights;      // [B]: what every row of dy is multiplied by (or null)
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t k;
    uint32_t samples;
    uint32_t reserved;
};
ARGS_LAYOUT(LinearBackwardWeightBiasArgs, 9, 6);

// column_sum
struct ColumnSumArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* dy;           // [B, N], or partials where tiles > 0: then N = 1
    float* out;                // [N]
    float* norms;              // norms of out, one per block (or null)
    const float* weights;      // [B]: what every row of dy is multiplied by (or null)
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t tiles;            // 0: dy is a matrix
    uint32_t samples;
    uint32_t reserved;
};
ARGS_LAYOUT(ColumnSumArgs, 6, 6);

// squared_norm: no step; `offset` is unused and 0
struct SquaredNormArgs {
    const float* gradient;     // [count]
    float* norms;              // one per block of NORM_CHUNK elements
    uint32_t offset;
    uint32_t count;
};
ARGS_LAYOUT(SquaredNormArgs, 2, 2);
constexpr uint32_t NORM_CHUNK = 4096;

// One parameter of update and multi_tensor_update; an array of these is in device memory.
struct TensorEntry {
    float* parameter;
    const float* gradient;
    float* first;              // Adam's m, SGD's momentum
    float* second;             // Adam's v (or null: SGD)
    uint32_t count;
    uint32_t first_block;      // the sum of ceil(count / UPDATE_CHUNK) over the entries before this one
};
static_assert(sizeof(TensorEntry) == 40, "TensorEntry is 4 pointers and 2 words");
constexpr uint32_t UPDATE_CHUNK = 1024;

// One array of norms; an array of these is in device memory.
struct NormRange {
    const float* norms;
    uint32_t count;
    uint32_t reserved;
};
static_assert(sizeof(NormRange) == 16, "NormRange is a pointer and 2 words");

// update, multi_tensor_update: one entry, several entries
struct UpdateArgs {
    const StepRecord* table;
    const uint32_t* base;
    const TensorEntry* tensors;
    const NormRange* norms;    // of all gradients of the step, in order (or null: no clipping)
    uint32_t offset;
    uint32_t tensor_count;
    uint32_t norm_count;       // entries of `norms`
    uint32_t optimizer;        // OptimizerCode
    float beta1;
    float one_minus_beta1;     // 1 - beta1 in double, then rounded, as in dev.fusedvae.simd.AdamRule
    float beta2;
    float one_minus_beta2;
    float epsilon;
    float momentum;
    float clip;                // the largest norm of all gradients together that is not scaled down
    uint32_t reserved;
};
ARGS_LAYOUT(UpdateArgs, 4, 12);

#include "family_args.cuh"
#include "layer_args.cuh"
#include "rbm_args.cuh"
