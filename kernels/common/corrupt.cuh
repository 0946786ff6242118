// The corruption of the encoder's input (denoising): x + sigma n with n ~ N(0, 1), or x with some values set to 0; random words of
// Philox, purpose CORRUPTION.
#pragma once

#include "binarize.cuh"
#include "normals.cuh"

// Corrupts the values of two neighbouring columns with their two words. `Args` has corruption and strength.
template <class Args> DEVICE void corrupt_pair(const Args& args, uint32_t word0, uint32_t word1, float& x0, float& x1) {
    switch (args.corruption) {
        case GAUSSIAN_CORRUPTION: {
            const SineCosine pair = normal_pair(word0, word1);
            x0 = fma_rn(args.strength, pair.sine, x0);
            x1 = fma_rn(args.strength, pair.cosine, x1);
            break;
        }
        case MASKING:
            x0 = mul_rn(draw_float(word0, args.strength), x0);
            x1 = mul_rn(draw_float(word1, args.strength), x1);
            break;
        default: trap();
    }
}

// The words of columns 4 * quad .. 4 * quad + 3 of `row`. `Args` has key0 and key1 as well.
template <class Args> DEVICE Words corrupt_words(const Args& args, const StepRecord& step, uint32_t site, uint32_t row, uint32_t quad) {
    return stream_words({args.key0, args.key1, site, step.step_lo, step.step_hi}, row, quad);
}

// Corrupts columns 4 * quad .. 4 * quad + 3 of `row`, in registers.
template <class Args>
DEVICE void corrupt_four(const Args& args, const StepRecord& step, uint32_t site, uint32_t row, uint32_t quad, float (&x)[4]) {
    const Words words = corrupt_words(args, step, site, row, quad);
    corrupt_pair(args, words.word[0], words.word[1], x[0], x[1]);
    corrupt_pair(args, words.word[2], words.word[3], x[2], x[3]);
}

// Corrupts the first `count` of these columns, in memory. The loop is not unrolled: two square roots at the same time would need
// more registers around their calls.
template <class Args>
DEVICE void corrupt_in_place(const Args& args, const StepRecord& step, uint32_t site, uint32_t row, uint32_t quad, float* x, int64_t count) {
    Words words = corrupt_words(args, step, site, row, quad);
#pragma unroll 1
    for (int i = 0; i < 4 && i < count; i += 2) {
        float pair[2] = {x[i], i + 1 < count ? x[i + 1] : 0.0f};
        corrupt_pair(args, words.word[0], words.word[1], pair[0], pair[1]);
        x[i] = pair[0];
        if (i + 1 < count) {
            x[i + 1] = pair[1];
        }
        words = {{words.word[2], words.word[3], 0, 0}};
    }
}
