// The arguments of the kernels of restricted Boltzmann machines; args.cuh explains the form of all argument structs.
#pragma once

// bernoulli_sample
struct BernoulliSampleArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* p;            // [B, N]
    float* state;              // [B, N]: 0 or 1
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t key0;
    uint32_t key1;
    uint32_t site;             // purpose << 24 | site << 16
    uint32_t by_example;       // as in CorruptArgs
    uint32_t reserved;
};
ARGS_LAYOUT(BernoulliSampleArgs, 4, 8);

// contrast
struct ContrastArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* data;         // [E, N]
    const float* model;        // [E, N]
    float* rows;               // [B, N]: a row of data and a row of model alternately
    uint32_t offset;
    uint32_t batch;            // 2E
    uint32_t n;
    uint32_t samples;          // 2
    uint32_t gradient;         // 1: -data and model, divided by the number of live examples
    uint32_t reserved;
};
ARGS_LAYOUT(ContrastArgs, 5, 6);

// linear_bias_act_sample, transposed_bias_act_sample: from x[B, K] to [B, N], and from x[B, N] to [B, K]; C is the number of columns
// of the result
struct LinearSampleArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* x;
    const float* w;            // [N, K]
    const float* bias;         // [C]
    float* pre;                // [B, C]: the pre-activation (or null)
    float* p;                  // [B, C]: the activation (or null)
    float* state;              // [B, C]: 1 with that probability, else 0 (or null)
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t k;
    uint32_t activation;       // ActivationCode; IDENTITY if there is none
    uint32_t key0;             // seed of the draw, as in BernoulliSampleArgs (or 0: nothing is drawn)
    uint32_t key1;             // (or 0)
    uint32_t site;             // (or 0)
    uint32_t by_example;       // (or 0)
    uint32_t reserved;
};
ARGS_LAYOUT(LinearSampleArgs, 8, 10);
