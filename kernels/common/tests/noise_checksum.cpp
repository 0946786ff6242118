// Prints checksums of the words, normals, binarizations and epoch orders that the kernels' headers compute; KernelSourcesTest
// compares them with those of the Java classes. Compile it with the options of a SIMT module, but without -shared.
#include "../binarize.cuh"
#include "../normals.cuh"
#include "../permutation.cuh"

#include <cstdio>
#include <initializer_list>

namespace {

constexpr NoiseStream STREAM = {1234, 77, 1u << 24 | 3u << 16, 9, 5};

uint64_t add(uint64_t sum, uint32_t bits) { return 31 * sum + bits; }

uint64_t words() {
    uint64_t sum = 0;
    for (uint32_t row = 0; row < 64; row++) {
        for (uint32_t quad = 0; quad < 4096; quad++) {
            for (uint32_t word : stream_words(STREAM, 0xFFFFFFF0u + row, quad).word) {
                sum = add(sum, word);
            }
        }
    }
    return sum;
}

uint64_t normals(bool by_column) {
    uint64_t sum = 0;
    for (uint32_t row = 0; row < 64; row++) {
        for (uint32_t column = 0; column < 16384; column++) {
            sum = add(sum, float_bits(by_column ? normal_of(STREAM, row, column)
                                                : normal_quad(STREAM, row, column / 4).value[column % 4]));
        }
    }
    return sum;
}

// Pairs whose words stand at the edges of the law.
uint64_t edges() {
    uint64_t sum = 0;
    for (uint32_t shift = 0; shift < 32; shift++) {
        for (uint32_t offset = 0; offset < 3; offset++) {
            const uint32_t word = (1u << shift) + offset - 1u;
            for (uint32_t x : {word, ~word}) {
                const SineCosine pair = normal_pair(x, x * 0x9E3779B9u);
                const SineCosine same = normal_pair(x, x);
                sum = add(add(sum, float_bits(pair.sine)), float_bits(pair.cosine));
                sum = add(add(sum, float_bits(same.sine)), float_bits(same.cosine));
            }
        }
    }
    return sum;
}

uint64_t draws() {
    uint64_t sum = 0;
    for (uint32_t quad = 0; quad < 4096; quad++) {
        const Words words = stream_words(STREAM, 0, quad);
        for (uint32_t i = 0; i < 4; i++) {
            const uint32_t column = quad * 4 + i;
            const float grey = float(int(column % 1031) - 3) / 1024.0f;  // below 0 and above 1 too
            sum = add(sum, float_bits(draw_byte(words.word[i], column & 0xFFu)));
            sum = add(sum, float_bits(draw_float(words.word[i], grey)));
        }
    }
    return sum;
}

uint64_t orders() {
    uint64_t sum = 0;
    for (uint32_t n : {1u, 2u, 5u, 100u, 256u, 257u, 1797u, 65537u}) {
        for (uint32_t epoch = 0; epoch < 3; epoch++) {
            for (uint32_t position = 0; position < n; position++) {
                sum = add(sum, permuted(1234, 77, epoch, n, position));
            }
        }
    }
    return sum;
}

}  // namespace

int main() {
    std::printf("words %016llx\n", static_cast<unsigned long long>(words()));
    std::printf("normals %016llx\n", static_cast<unsigned long long>(normals(false)));
    std::printf("normals by column %016llx\n", static_cast<unsigned long long>(normals(true)));
    std::printf("edges %016llx\n", static_cast<unsigned long long>(edges()));
    std::printf("draws %016llx\n", static_cast<unsigned long long>(draws()));
    std::printf("orders %016llx\n", static_cast<unsigned long long>(orders()));
}
