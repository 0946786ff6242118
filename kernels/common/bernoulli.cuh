// States of binary units: one where word < floor(p 2^32), by Philox, purpose GIBBS; a pure function of
// (seed, site, step, row, column), the twin of dev.fusedvae.rng.Binarizer.
#pragma once

#include "binarize.cuh"
#include "philox.cuh"

// The words of columns 4 * quad .. 4 * quad + 3. Rows are numbered by batch row in training, by example where they go
// `by_example`.
template <class Args> DEVICE Words state_words(const Args& args, const StepRecord& step, int64_t row, int64_t quad) {
    const uint32_t number = uint32_t(row) + (args.by_example != 0 ? step.position : 0u);
    return stream_words(stream_of(args, step), number, uint32_t(quad));
}

// The word of one column: chosen, not indexed, so that the four stay in registers.
DEVICE uint32_t word_of_column(const Words& words, int64_t column) {
    const uint32_t even = (column & 2) != 0 ? words.word[2] : words.word[0];
    const uint32_t odd = (column & 2) != 0 ? words.word[3] : words.word[1];
    return (column & 1) != 0 ? odd : even;
}
