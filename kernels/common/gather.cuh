// The examples of a step: chosen by the order of the epoch, normalised, binarized. `Args` has the fields of GatherArgs.
#pragma once

#include "binarize.cuh"
#include "permutation.cuh"

// True if grey bytes are binarized directly by draw_byte, without conversion to a float.
template <class Args> DEVICE bool gather_draws_bytes(const Args& args) {
    return args.binarization == DYNAMIC && args.element == BYTES && args.byte_law != 0;
}

// Element `index` of the data: the byte if gather_draws_bytes, else the bits of a float.
template <class Args> DEVICE uint32_t gather_raw(const Args& args, int64_t index) {
    if (args.element != BYTES) {
        return float_bits(static_cast<const float*>(args.data)[index]);
    }
    const uint32_t pixel = static_cast<const uint8_t*>(args.data)[index];
    return gather_draws_bytes(args) ? pixel : float_bits(args.values[pixel]);
}

// The element that gather_raw gave, normalised, minus the mean, binarized.
template <class Args> DEVICE float gather_element(const Args& args, uint32_t raw, int feature, uint32_t word) {
    if (gather_draws_bytes(args)) {
        return draw_byte(word, raw);
    }
    float value = bits_float(raw);
    if (args.element != BYTES) {
        value = div_rn(sub_rn(value, args.shift), args.divisor);
    }
    value = args.mean != nullptr ? sub_rn(value, args.mean[feature]) : value;
    switch (args.binarization) {
        case AS_IS: return value;
        case THRESHOLD: return value >= 0.5f ? 1.0f : 0.0f;
        case DYNAMIC: return draw_float(word, value);
        default: trap(); return 0;
    }
}

// A row of the batch: where its example starts in the data, and the row number of its random words.
struct GatherRow {
    int64_t start;
    uint32_t noise_row;
    bool inside;  // false beyond the live rows: then nothing is read
};

// Evaluates the epoch's permutation, which costs about as much as two Philox calls: call it once per row, not once per element.
template <class Args> DEVICE GatherRow gather_row(const Args& args, const StepRecord& step, int64_t row) {
    if (row >= step.rows) {
        return {0, 0, false};
    }
    const uint32_t position = step.position + uint32_t(row);
    if (args.in_order != 0) {
        return {int64_t(position) * args.features, position, true};
    }
    return {int64_t(permuted(args.key0, args.key1, step.epoch, args.examples, position)) * args.features, uint32_t(row), true};
}

// Features [at, at + 4) of a row, at % 4 == 0, from one Philox call; zeros beyond the last.
template <class Args> DEVICE float4 gather_four(const Args& args, const StepRecord& step, const GatherRow& row, int at) {
    if (!row.inside) {
        return make_float4(0, 0, 0, 0);
    }
    Words words = {};
    if (args.binarization == DYNAMIC) {
        words = stream_words(stream_of(args, step), row.noise_row, uint32_t(at / 4));
    }
    uint32_t raw[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {  // all four loads are in flight at once
        raw[i] = at + i < int(args.features) ? gather_raw(args, row.start + at + i) : 0u;
    }
    float4 v = {};
    // The loop is not unrolled, because four copies of the division need too many registers around its calls. So that the arrays
    // stay in registers, they are not indexed by i: after each turn their elements move by one place.
#pragma unroll 1
    for (int i = 0; i < 4; i++) {
        const float next = at + i < int(args.features) ? gather_element(args, raw[0], at + i, words.word[0]) : 0.0f;
        v = make_float4(v.y, v.z, v.w, next);
        raw[0] = raw[1], raw[1] = raw[2], raw[2] = raw[3];
        words = {{words.word[1], words.word[2], words.word[3], 0}};
    }
    return v;
}
