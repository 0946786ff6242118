// The arguments of the kernels of fusion level LAYER; see args.cuh for what all argument structs keep to.
#pragma once

// gather_linear_bias_act: the fields of gather and of linear_bias_act, K being `features`
struct GatherLinearBiasActArgs {
    const StepRecord* table;
    const uint32_t* base;
    const void* data;          // see GatherArgs
    const float* values;
    const float* mean;
    float* x;                  // [B, features] (or null: nobody else reads it)
    const float* w;            // [N, features]
    const float* bias;         // [N] (or null)
    float* pre;                // [B, N] (or null)
    float* y;                  // [B, N]
    uint32_t offset;
    uint32_t key0;
    uint32_t key1;
    uint32_t site;
    uint32_t in_order;
    uint32_t examples;
    uint32_t features;
    uint32_t batch;
    uint32_t element;
    uint32_t binarization;
    uint32_t byte_law;
    float shift;
    float divisor;
    uint32_t n;
    uint32_t activation;
    uint32_t reserved;
};
ARGS_LAYOUT(GatherLinearBiasActArgs, 10, 16);

// latent_forward
struct LatentForwardArgs {
    const StepRecord* table;
    const uint32_t* base;
    const void* data;          // see GatherArgs (or null: x is there already)
    const float* values;
    const float* mean;
    float* x;                  // [B, features]: read, with a gather written before
    const float* heads_w;      // [heads_n, features]
    const float* heads_bias;   // [heads_n] (or null)
    float* heads;              // [B, heads_n] (or null)
    float* eps;                // [B, L] (or null)
    float* z;                  // [B, L] (or null)
    float* kl;                 // partials of L (or null: nothing is sampled)
    const float* w;            // [N, latent or heads_n] of the first decoder layer (or null: it is not part of this)
    const float* bias;         // [N] (or null)
    float* pre;                // [B, N] (or null)
    float* y;                  // [B, N]
    uint32_t offset;
    uint32_t key0;             // of the latent noise and of the binarization: one seed
    uint32_t key1;
    uint32_t site;             // of the binarization
    uint32_t noise_site;
    uint32_t in_order;         // as in GatherArgs, for the latent noise as well
    uint32_t examples;
    uint32_t features;
    uint32_t batch;
    uint32_t element;
    uint32_t binarization;
    uint32_t byte_law;
    float shift;
    float divisor;
    uint32_t heads_n;
    uint32_t latent;           // L, heads_n being 2L; 0: nothing is sampled, the code is what the decoder reads
    uint32_t n;                // 0: no decoder layer
    uint32_t activation;
};
ARGS_LAYOUT(LatentForwardArgs, 16, 18);

// output_likelihood
struct OutputLikelihoodArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* h;            // [B, K]
    const float* w;            // [D, K], GAUSSIAN_FEATURE [2D, K]: means, then log-variances
    const float* bias;         // [D] or [2D] (or null)
    const float* x;            // [B, D]
    const float* log_var;      // the learned scalar (or null: not GAUSSIAN_SCALAR)
    float* y;                  // [B, D] or [B, 2D] (or null: nobody reads it)
    float* ll;                 // partials of D
    float* dy;                 // shaped like y (or null: no gradient)
    float* d_log_var;          // partials of D (or null: not GAUSSIAN_SCALAR, or no gradient)
    uint32_t offset;
    uint32_t batch;
    uint32_t d;
    uint32_t k;
    uint32_t likelihood;       // LikelihoodCode
    float precision;           // GAUSSIAN: 1 / variance
    float half_log;            // GAUSSIAN: (log 2 pi variance) / 2
    uint32_t reserved;
};
ARGS_LAYOUT(OutputLikelihoodArgs, 11, 8);

// latent_backward
struct LatentBackwardArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* dy;           // [B, N]: the gradient of the first decoder layer, or of the output
    const float* w;            // [N, L] of that layer
    const float* heads;        // [B, 2L] (or null: nothing was sampled, and d_heads is dy W)
    const float* eps;          // [B, L] (or null with heads)
    float* dz;                 // [B, L] (or null: nobody reads it)
    float* d_heads;            // [B, heads_n]; this kernel reads it back
    const float* heads_w;      // [heads_n, K] (or null: no da)
    const float* saved;        // [B, K]: see ActivateBackwardArgs (or null: no activation)
    float* da;                 // [B, K] (or null)
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t latent;
    uint32_t heads_n;
    uint32_t k;
    uint32_t activation;
    uint32_t reserved;
};
ARGS_LAYOUT(LatentBackwardArgs, 11, 8);

// linear_backward_update: the optimizer's words are those of UpdateArgs
struct LinearBackwardUpdateArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* dy;           // [B, N]
    const float* x;            // [B, K]
    float* dw;                 // [N, K] (or null: nobody reads it)
    float* db;                 // [N] (or null: nobody reads it)
    float* w;                  // [N, K]
    float* first;              // Adam's m, SGD's momentum
    float* second;             // Adam's v (or null: SGD)
    float* bias;               // [N] (or null)
    float* bias_first;
    float* bias_second;
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t k;
    uint32_t optimizer;        // OptimizerCode
    float beta1;
    float one_minus_beta1;
    float beta2;
    float one_minus_beta2;
    float epsilon;
    float momentum;
    uint32_t reserved;
};
ARGS_LAYOUT(LinearBackwardUpdateArgs, 12, 12);

// scalar_update
struct ScalarUpdateArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* partials;     // partials of the scalar's gradient
    float* out;                // [1]: the gradient (or null: nobody reads it)
    float* parameter;          // [1]
    float* first;
    float* second;             // (or null: SGD)
    uint32_t offset;
    uint32_t batch;
    uint32_t tiles;
    uint32_t optimizer;        // OptimizerCode
    float beta1;
    float one_minus_beta1;
    float beta2;
    float one_minus_beta2;
    float epsilon;
    float momentum;
};
ARGS_LAYOUT(ScalarUpdateArgs, 7, 10);
