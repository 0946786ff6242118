// The first include of the generated source of a phase: all common headers, outside of any namespace, compiled with FVAE_PHASE.
//
// A phase is one launch that runs several calls; none of them reads or overwrites what another writes. Its source is generated
// from the plan: it includes the file of each of its kernels, in a namespace of its own, and gives every call a range of blocks.
#pragma once

#define FVAE_PHASE
#include "activation.cuh"
#include "bernoulli.cuh"
#include "binarize.cuh"
#include "column_sum.cuh"
#include "corrupt.cuh"
#include "gather.cuh"
#include "gemm.cuh"
#include "l1_grad.cuh"
#include "latent.cuh"
#include "l1_grad_rows.cuh"
#include "latent_grad.cuh"
#include "latent_grad_rows.cuh"
#include "likelihood.cuh"
#include "likelihood_rows.cuh"
#include "linear.cuh"
#include "linear_sample.cuh"
#include "mma.cuh"
#include "normals.cuh"
#include "optimizer.cuh"
#include "permutation.cuh"
#include "pipeline.cuh"
#include "reduce.cuh"
#include "reparam_rows.cuh"
#include "row_block.cuh"
#include "step.cuh"
#include "update_blocks.cuh"

// The blocks of a phase are given to its calls in order: call i has the blocks [ends[i - 1], ends[i]).
struct PhaseBlock {
    int call;
    int block;  // within the call
};

template <int CALLS> DEVICE PhaseBlock phase_block(const uint32_t (&ends)[CALLS], int block) {
    int call = 0;
    int first = 0;
    while (call < CALLS - 1 && block >= int(ends[call])) {
        first = int(ends[call++]);
    }
    return {call, block - first};
}

DEVICE constexpr int most(int a, int b) { return a > b ? a : b; }
