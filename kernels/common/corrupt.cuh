// The damage done to the encoder's input: x + sigma n, n ~ N(0, 1), or x masked; by Philox, purpose CORRUPTION.
#pragma once

#include "binarize.cuh"
#include "normals.cuh"

// Columns 4 * quad .. 4 * quad + 3 of `row`, in place. `Args` has key0, key1, corruption and strength.
template <class Args>
DEVICE void corrupt_four(const Args& args, const StepRecord& step, uint32_t site, uint32_t row, uint32_t quad, float (&x)[4]) {
    const NoiseStream stream = {args.key0, args.key1, site, step.step_lo, step.step_hi};
    const Words words = stream_words(stream, row, quad);
    switch (args.corruption) {
        case GAUSSIAN_CORRUPTION: {
            const SineCosine first = normal_pair(words.word[0], words.word[1]);
            const SineCosine second = normal_pair(words.word[2], words.word[3]);
            x[0] = fma_rn(args.strength, first.sine, x[0]);
            x[1] = fma_rn(args.strength, first.cosine, x[1]);
            x[2] = fma_rn(args.strength, second.sine, x[2]);
            x[3] = fma_rn(args.strength, second.cosine, x[3]);
            break;
        }
        case MASKING:
#pragma unroll
            for (int i = 0; i < 4; i++) {
                x[i] = mul_rn(draw_float(words.word[i], args.strength), x[i]);
            }
            break;
        default: trap();
    }
}
