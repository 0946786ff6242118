// The arguments of the kernels of fusion level LAYER; args.cuh explains the form of all argument structs.
#pragma once

// gather_linear_bias_act: the fields of gather and of linear_bias_act; K is `features`
struct GatherLinearBiasActArgs {
    const StepRecord* table;
    const uint32_t* base;
    const void* data;          // see GatherArgs
    const float* values;       // (or null)
    const float* mean;         // (or null)
    float* x;                  // [B, features] (or null: no other kernel reads it)
    float* corrupted;          // [B, features]: the corrupted x, which the layer then reads (or null: no other kernel reads it)
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
    uint32_t corrupt_site;     // site of the corruption (or 0: none)
    uint32_t corruption;       // CorruptionCode, as in CorruptArgs
    float strength;
};
ARGS_LAYOUT(GatherLinearBiasActArgs, 11, 18);

// latent_forward
struct LatentForwardArgs {
    const StepRecord* table;
    const uint32_t* base;
    const void* data;          // see GatherArgs (or null: x is in memory already)
    const float* values;       // (or null)
    const float* mean;         // (or null)
    float* x;                  // [E, features]: read by the heads; written before that if this kernel gathers
    float* corrupted;          // [E, features]: the corrupted x, which the heads then read (or null: nothing is corrupted)
    const float* heads_w;      // [heads_n, features]
    const float* heads_bias;   // [heads_n] (or null)
    float* heads;              // [E, heads_n] (or null if nothing is sampled); this kernel reads it back
    float* eps;                // [B, L] (or null)
    float* z;                  // [B, L] (or null if samples = 1); with several samples this kernel reads it back
    float* kl;                 // partials of L, [.., E] (or null)
    float* ratio;              // partials of L (or null)
    float* l1;                 // partials of heads_n (or null)
    const float* prior;        // as in ReparamArgs (or null: N(0, I))
    const float* w;            // [N, latent or heads_n] of the first decoder layer (or null: another kernel computes it)
    const float* bias;         // [N] (or null)
    float* pre;                // [B, N] (or null)
    float* y;                  // [B, N] (or null: no decoder layer)
    uint32_t offset;
    uint32_t key0;             // the seed of latent noise, binarization and corruption, low and high word (or 0: none of them)
    uint32_t key1;             // (or 0)
    uint32_t site;             // site of the binarization (or 0: no gather)
    uint32_t noise_site;       // (or 0: nothing is sampled)
    uint32_t in_order;         // as in GatherArgs, for the latent noise as well (or 0: neither)
    uint32_t examples;         // (or 0: no gather; so are the fields below marked in this way)
    uint32_t features;
    uint32_t batch;
    uint32_t element;          // (or 0)
    uint32_t binarization;     // (or 0)
    uint32_t byte_law;         // (or 0)
    float shift;               // (or 0)
    float divisor;             // (or 0)
    uint32_t heads_n;
    uint32_t latent;           // L; heads_n is 2L (or 0: nothing is sampled, the decoder reads the code itself)
    uint32_t n;                // (or 0: no decoder layer)
    uint32_t activation;       // of the decoder layer (or 0)
    uint32_t samples;          // `batch` and the grid are E
    uint32_t all_samples;      // as in NoiseArgs (or 0: nothing is sampled)
    uint32_t corrupt_site;     // site of the corruption (or 0: none)
    uint32_t corruption;       // CorruptionCode, as in CorruptArgs
    float strength;
    uint32_t reserved;
};
ARGS_LAYOUT(LatentForwardArgs, 20, 24);

// output_likelihood
struct OutputLikelihoodArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* h;            // [B, K]
    const float* w;            // [D, K], GAUSSIAN_FEATURE [2D, K]: means, then log-variances
    const float* bias;         // [D] or [2D] (or null)
    const float* x;            // [E, D]
    const float* log_var;      // as in LikelihoodArgs (or null)
    float* y;                  // [B, D] or [B, 2D] (or null: no kernel reads it)
    float* ll;                 // partials of D
    float* dy;                 // shaped like y (or null: no gradient)
    float* d_log_var;          // as in LikelihoodArgs (or null)
    uint32_t offset;
    uint32_t batch;
    uint32_t d;
    uint32_t k;
    uint32_t likelihood;       // LikelihoodCode
    float precision;           // GAUSSIAN: 1 / variance
    float half_log;            // GAUSSIAN: (log 2 pi variance) / 2
    uint32_t samples;
    uint32_t shares;           // as in LikelihoodArgs
    uint32_t reserved;
};
ARGS_LAYOUT(OutputLikelihoodArgs, 11, 10);

// latent_backward
struct LatentBackwardArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* dy;           // [B, N]: the gradient of the first decoder layer, or of the output
    const float* w;            // [N, L] of that layer
    const float* heads;        // [E, 2L] (or null: nothing was sampled, and d_heads is dy W)
    const float* eps;          // [B, L] (or null with heads)
    const float* dz_weights;   // as in LatentGradArgs, as are the next three (or null)
    const float* weights;      // (or null)
    const float* prior;        // (or null)
    const float* kl_means;     // (or null)
    const float* code;         // [E, L]: adds the gradient of its L1 norm (or null)
    float* dz;                 // [B, L] (or null: no kernel reads it)
    float* d_heads;            // [E, heads_n]; this kernel reads it back
    const float* heads_w;      // [heads_n, K] (or null: no da)
    const float* saved;        // [E, K]: see ActivateBackwardArgs (or null: no activation)
    float* da;                 // [E, K] (or null)
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t latent;
    uint32_t heads_n;
    uint32_t k;                // (or 0: no da)
    uint32_t activation;       // (or 0)
    uint32_t samples;          // `batch` and the grid are E
    uint32_t parts;            // a bit set of LatentPart
    float nats;                // as in LatentGradArgs (or 0)
};
ARGS_LAYOUT(LatentBackwardArgs, 16, 10);

// linear_backward_update: the words of the optimizer are those of UpdateArgs
struct LinearBackwardUpdateArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* dy;           // [B, N]
    const float* x;            // [B, K]
    float* dw;                 // [N, K] (or null: no kernel reads it)
    float* db;                 // [N] (or null: no kernel reads it)
    float* w;                  // [N, K]
    float* first;              // Adam's m, SGD's momentum
    float* second;             // Adam's v (or null: SGD)
    float* bias;               // [N] (or null)
    float* bias_first;         // (or null: no bias)
    float* bias_second;        // (or null: no bias, or SGD)
    const float* weights;      // [B]: what every row of dy is multiplied by (or null)
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
    uint32_t samples;
};
ARGS_LAYOUT(LinearBackwardUpdateArgs, 13, 12);

// scalar_update: a parameter that all rows share
struct ScalarUpdateArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* dy;           // [B, N], or partials where tiles > 0: then N = 1
    const float* weights;      // [B]: what every row of dy is multiplied by (or null)
    float* out;                // [N]: the gradient (or null: no kernel reads it)
    float* parameter;          // [N]
    float* first;
    float* second;             // (or null: SGD)
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t tiles;
    uint32_t optimizer;        // OptimizerCode
    float beta1;
    float one_minus_beta1;
    float beta2;
    float one_minus_beta2;
    float epsilon;
    float momentum;
    uint32_t samples;
};
ARGS_LAYOUT(ScalarUpdateArgs, 8, 12);
