// The arguments of every kernel: one struct by value each. Here are those of layers, losses and parameters; the headers named
// *_args.cuh at the end of this file have the rest. The host reads these headers as they are, so they keep to one form: the
// comment above a struct starts with the ops that take it, one field in a line, no padding.
//
// Pointers first, then 32-bit words, an even number of them, so there is no padding anywhere. Every kernel that works
// on a step starts with `table, base` and has `offset` as its first word: its record is table[*base + offset].
// Matrices are row-major fp32; B is `batch`, the rows of the full batch for which grids and partials are sized; rows beyond
// the record's live ones are never read and never written. Where an example has `samples` rows, row = example samples +
// sample, all of them count in B, and the record's rows times `samples` are live. E is B / samples: tensors [E, ..] have one
// row per example. Structs of the latent gradients and of ImportanceWeights have E for `batch` and say so.
//
// "partials" are sums per row and tile of 32 columns: float[ceil(columns / 32)][B], to be added in order of tiles.
// "norms" are sums of squares per block: float[blocks], in order of blockIdx.y * gridDim.x + blockIdx.x.
// A pointer marked (or null) may be null: the kernel then neither reads nor computes it. A word marked (or 0) is left 0 where
// the kernel has no use for it. All other fields are set by the host, which refuses a call that lacks one.
//
// The launch line of a card gives the grid by the letters of the card: B batch, N n, K k, L latent (or columns), D d (or
// features), `count` of a gradient, `blocks` of all tensors together.
#pragma once

#include "device.cuh"

// What changes from step to step: the twin of dev.fusedvae.plan.Step.
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
    uint32_t first_sample;  // of an example's samples, where they come in chunks
};
static_assert(sizeof(StepRecord) == 48, "StepRecord is 12 words");
FIELD_AT(StepRecord, inv_rows, 20);

// The numbers that code() of the types in dev.fusedvae.spec gives; CodesTest compares them. None is ever given to another.
// Those of activations and likelihoods stand where their formulas are, in activation.cuh and likelihood.cuh.
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
    const float* values;       // float[256]: what bytes stand for (or null: floats)
    const float* mean;         // float[features], taken off every value (or null)
    float* x;                  // [B, features]
    uint32_t offset;
    uint32_t key0;               // seed, low and high word
    uint32_t key1;
    uint32_t site;               // purpose << 24 | site << 16 of the binarization stream
    uint32_t in_order;           // 0 training: rows of the epoch's permutation, noise numbered by batch row;
                               // 1 inference: rows in order, noise numbered by example
    uint32_t examples;
    uint32_t features;
    uint32_t batch;
    uint32_t element;            // ElementCode
    uint32_t binarization;       // BinarizationCode
    uint32_t byte_law;           // 1 where bytes are grey pixels of full scale 255
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
    float* pre;                // [B, N]: the pre-activation, where the backward pass reads it (or null)
    float* y;                  // [B, N]
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t k;
    uint32_t activation;         // ActivationCode; IDENTITY where there is none
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
    double* losses;            // [table size][2]: row *base + offset gets the same sums in double (or null)
    uint32_t* diverged;          // sticky: *base + offset + 1 of the first record whose sums are not finite (or null)
    uint32_t offset;
    uint32_t batch;              // E
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
    uint32_t tiles;              // 0: dy is a matrix
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

// One parameter of update and multi_tensor_update, in device memory.
struct TensorEntry {
    float* parameter;
    const float* gradient;
    float* first;              // Adam's m, SGD's momentum
    float* second;             // Adam's v (or null: SGD)
    uint32_t count;
    uint32_t first_block;        // sum of ceil(count / UPDATE_CHUNK) of the entries before
};
static_assert(sizeof(TensorEntry) == 40, "TensorEntry is 4 pointers and 2 words");
constexpr uint32_t UPDATE_CHUNK = 1024;

// One array of norms, in device memory.
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
    uint32_t norm_count;         // ranges
    uint32_t optimizer;          // OptimizerCode
    float beta1;
    float one_minus_beta1;     // rounded from double, as AdamRule does
    float beta2;
    float one_minus_beta2;
    float epsilon;
    float momentum;
    float clip;                // bound of the global norm
    uint32_t reserved;
};
ARGS_LAYOUT(UpdateArgs, 4, 12);

#include "family_args.cuh"
#include "layer_args.cuh"
#include "rbm_args.cuh"
