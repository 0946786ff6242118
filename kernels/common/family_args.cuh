// The arguments of the kernels of objectives and likelihoods: noise, samples, divergences, penalties, importance weights,
// corruption, and the gradients of all of them; args.cuh explains the form of all argument structs.
#pragma once

enum CorruptionCode : uint32_t { UNCORRUPTED = 0, GAUSSIAN_CORRUPTION = 1, MASKING = 2 };

// noise
struct NoiseArgs {
    const StepRecord* table;
    const uint32_t* base;
    float* eps;                // [B, columns]
    uint32_t offset;
    uint32_t batch;
    uint32_t columns;
    uint32_t key0;
    uint32_t key1;
    uint32_t site;             // purpose << 24 | site << 16
    uint32_t by_example;       // 0: example = batch row; 1: example = position + batch row
    uint32_t samples;
    uint32_t all_samples;      // of an example, over all chunks: noise row = example all_samples + first_sample + sample
    uint32_t reserved;
};
ARGS_LAYOUT(NoiseArgs, 3, 10);

// reparameterize
struct ReparameterizeArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* heads;        // [E, 2L]: mu | log_var
    const float* eps;          // [B, L]
    float* z;                  // [B, L]
    uint32_t offset;
    uint32_t batch;
    uint32_t latent;
    uint32_t samples;
};
ARGS_LAYOUT(ReparameterizeArgs, 5, 4);

// kl_divergence
struct KlDivergenceArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* heads;        // [B, 2L]
    float* kl;                 // partials of L
    const float* prior;        // [3, L]: means, precisions, log-variances (or null: N(0, I))
    uint32_t offset;
    uint32_t batch;
    uint32_t latent;
    uint32_t reserved;
};
ARGS_LAYOUT(KlDivergenceArgs, 5, 4);

// reparam_kl, reparam_ratio
struct ReparamArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* heads;        // [E, 2L]
    float* eps;                // [B, L] (or null: no kernel reads it)
    float* z;                  // [B, L]
    float* kl;                 // partials of L, [.., E] (or null)
    float* ratio;              // partials of L (or null)
    const float* prior;        // [3, L]: means, precisions, log-variances (or null: N(0, I))
    uint32_t offset;
    uint32_t batch;
    uint32_t latent;
    uint32_t key0;
    uint32_t key1;
    uint32_t site;
    uint32_t by_example;
    uint32_t samples;
    uint32_t all_samples;      // of an example, over all chunks: noise row = example all_samples + first_sample + sample
    uint32_t reserved;
};
ARGS_LAYOUT(ReparamArgs, 8, 10);

// log_likelihood, likelihood_backward, likelihood_grad
struct LikelihoodArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* x;            // [E, D]
    const float* y;            // [B, D], GAUSSIAN_FEATURE [B, 2D]: mean | log_var
    const float* log_var;      // [1] of GAUSSIAN_SCALAR, [D] of GAUSSIAN_VECTOR (or null)
    float* ll;                 // partials of D (or null: likelihood_backward)
    float* dy;                 // shaped like y (or null: log_likelihood)
    float* d_log_var;          // partials of D; [B, D] of GAUSSIAN_VECTOR (or null)
    uint32_t offset;
    uint32_t batch;
    uint32_t d;
    uint32_t likelihood;       // LikelihoodCode
    float precision;           // GAUSSIAN: 1 / variance
    float half_log;            // GAUSSIAN: (log 2 pi variance) / 2
    uint32_t samples;
    uint32_t shares;           // the gradient of a row is divided by this: samples, or 1 if importance weights follow
};
ARGS_LAYOUT(LikelihoodArgs, 8, 8);

enum LatentPart : uint32_t { THROUGH_Z = 1, THROUGH_KL = 2, THROUGH_RATIO = 4, DREG = 8 };

// reparameterize_backward, kl_backward, log_ratio_backward, latent_grad, weighted_latent_grad: the gradients of mu and
// log_var through z, through KL and through the log-ratio; those that `parts` names are added up
struct LatentGradArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* dz;           // [E samples, L] (or null: not THROUGH_Z)
    const float* heads;        // [E, 2L]
    const float* eps;          // [E samples, L] (or null: THROUGH_KL alone)
    const float* dz_weights;   // [E samples]: factors of the rows of dz, squared for DREG (or null)
    const float* weights;      // [E samples]: factors of THROUGH_RATIO (or null)
    const float* prior;        // as in ReparamArgs (or null: N(0, I))
    const float* kl_means;     // [L]: a latent whose mean KL is at most `nats` gets no gradient of KL (or null: no free bits)
    float* d_heads;            // [E, 2L]
    uint32_t offset;
    uint32_t batch;            // E
    uint32_t latent;
    uint32_t samples;
    uint32_t parts;            // a bit set of LatentPart
    float nats;                // free bits per latent (or 0: none)
};
ARGS_LAYOUT(LatentGradArgs, 10, 6);

// log_ratio
struct LogRatioArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* heads;        // [E, 2L]
    const float* eps;          // [B, L]
    const float* prior;        // as in ReparamArgs (or null: N(0, I))
    float* ratio;              // partials of L
    uint32_t offset;
    uint32_t batch;
    uint32_t latent;
    uint32_t samples;
};
ARGS_LAYOUT(LogRatioArgs, 6, 4);

// kl_columns
struct KlColumnsArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* heads;        // [B, 2L]
    const float* prior;        // as in ReparamArgs (or null: N(0, I))
    float* means;              // [L]
    uint32_t offset;
    uint32_t batch;
    uint32_t latent;
    uint32_t reserved;
};
ARGS_LAYOUT(KlColumnsArgs, 5, 4);

// corrupt
struct CorruptArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* x;            // [B, columns]
    float* out;                // [B, columns]
    uint32_t offset;
    uint32_t batch;
    uint32_t columns;
    uint32_t key0;
    uint32_t key1;
    uint32_t site;             // purpose << 24 | site << 16
    uint32_t by_example;       // as in NoiseArgs
    uint32_t corruption;       // CorruptionCode
    float strength;            // GAUSSIAN_CORRUPTION: sigma; MASKING: the probability that a value is kept
    uint32_t reserved;
};
ARGS_LAYOUT(CorruptArgs, 4, 10);

// l1_penalty
struct L1PenaltyArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* code;         // [B, N]
    float* l1;                 // partials of N
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t reserved;
};
ARGS_LAYOUT(L1PenaltyArgs, 4, 4);

// l1_backward, l1_grad
struct L1GradArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* code;         // [B, N]
    const float* before;       // [B, N]: a gradient to which this one is added (or null)
    float* out;                // [B, N]
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t reserved;
};
ARGS_LAYOUT(L1GradArgs, 5, 4);

// importance_weights
struct ImportanceWeightsArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* ll;           // partials [.., E samples]
    const float* ratio;        // partials [.., E samples]
    float* weights;            // [E samples] (or null)
    float* bound;              // [E]
    float* squares;            // [E] (or null)
    uint32_t offset;
    uint32_t batch;            // E
    uint32_t samples;
    uint32_t ll_tiles;
    uint32_t ratio_tiles;
    uint32_t reserved;
};
ARGS_LAYOUT(ImportanceWeightsArgs, 7, 6);

// weight_rows
struct WeightRowsArgs {
    const StepRecord* table;
    const uint32_t* base;
    const float* dy;           // [B, N], or partials where tiles > 0: then N = 1
    const float* weights;      // [B]
    float* out;                // [B, N]
    uint32_t offset;
    uint32_t batch;
    uint32_t n;
    uint32_t samples;
    uint32_t squared;          // 1: rows are multiplied by the square of their weight
    uint32_t tiles;
};
ARGS_LAYOUT(WeightRowsArgs, 5, 6);
