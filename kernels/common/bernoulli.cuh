// Random states of binary units: 1 if word < floor(p 2^32), else 0, with words of Philox, purpose GIBBS. They are a pure function
// of (p, seed, site, step, row, column), the same bits as dev.fusedvae.rng.Binarizer on the CPU.
#pragma once

#include "binarize.cuh"
#include "philox.cuh"

// The words of columns 4 * quad .. 4 * quad + 3. The row number is the batch row in training, and the number of the example if
// `by_example` is set.
template <class Args> DEVICE Words state_words(const Args& args, const StepRecord& step, int64_t row, int64_t quad) {
    const uint32_t number = uint32_t(row) + (args.by_example != 0 ? step.position : 0u);
    return stream_words(stream_of(args, step), number, uint32_t(quad));
}

// The word of one column. It is selected by conditions and not by an index, so that the four words stay in registers.
DEVICE uint32_t word_of_column(const Words& words, int64_t column) {
    const uint32_t even = (column & 2) != 0 ? words.word[2] : words.word[0];
    const uint32_t odd = (column & 2) != 0 ? words.word[3] : words.word[1];
    return (column & 1) != 0 ? odd : even;
}
