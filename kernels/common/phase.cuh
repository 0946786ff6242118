// What the source of a phase includes first: every common header, outside of any namespace, and kernels as parts.
//
// A phase is several calls with no hazard among them in one launch. Its source is generated from the plan: it includes
// the file of each kernel that takes part, in a namespace of its own, and gives every call a range of blocks.
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

// Calls of a phase lie one after the other: call i has the blocks [ends[i - 1], ends[i]).
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
