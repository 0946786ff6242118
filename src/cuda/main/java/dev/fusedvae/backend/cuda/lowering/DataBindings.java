package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Op;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.Corruption;
import java.util.Map;

/// The bindings of ops that read examples, and of ops that draw random numbers.
final class DataBindings {
    private DataBindings() {}

    static final Binding GATHER = Binding.of(Op.Gather.class, o -> Binding.width("D", o.x()), DataBindings::gather)
            .fed((args, op, feed, data) -> feedGather(args, feed, data));

    static final Binding CORRUPT = Binding.of(Op.Corrupt.class, o -> Binding.width("D", o.x()), (args, o, at) ->
            corruption(args.pointer("x", at.at(o.x())).pointer("out", at.at(o.out())).word("columns", o.x().columns()), o.corruption()))
            .fed((args, op, feed, data) -> stream(args, feed.corruption()).word("by_example", byExample(feed)));

    static final Map<Kind, Binding> ALL = Map.ofEntries(
            Map.entry(Kind.GATHER, GATHER),
            Map.entry(Kind.CORRUPT, CORRUPT));

    static void gather(Args args, Op.Gather o, Operands at) {
        args.pointer("x", at.orNull(o.x())).word("features", o.x().columns()).word("binarization", o.binarization().code());
    }

    static void feedGather(Args args, Feed feed, DeviceExamples data) {
        Examples examples = feed.examples();
        stream(args, feed.binarization()).pointer("data", data.values()).pointer("values", data.table()).pointer("mean", data.mean())
                .word("in_order", byExample(feed)).word("examples", examples.count());
        switch (examples) {
            case Examples.Floats e -> args.word("element", 0).word("byte_law", 0).real("shift", e.offset()).real("divisor", e.divisor());
            case Examples.Bytes e -> args.word("element", 1).word("byte_law", e.grey() ? 1 : 0).real("shift", 0).real("divisor", 1);
        }
    }

    /// Sets the words of `corruption`, which are the same in all kernels that corrupt.
    static Args corruption(Args args, Corruption corruption) {
        return args.word("corruption", corruption.code()).real("strength", switch (corruption) {
            case Corruption.None() -> 0;
            case Corruption.Gaussian(double sigma) -> (float) sigma;
            case Corruption.Masking(double probability) -> (float) (1 - probability);
        });
    }

    static Args stream(Args args, Stream stream) {
        return args.word("key0", stream.key0()).word("key1", stream.key1()).word("site", stream.counter3(0));
    }

    /// 1 if noise is numbered by example (inference), 0 if by row of the batch (training).
    static int byExample(Feed feed) {
        return switch (feed) {
            case Feed.Training f -> 0;
            case Feed.Inference f -> 1;
        };
    }

    /// The number of samples of an example, over all chunks.
    static int allSamples(Feed feed, FusedOp op) {
        return switch (feed) {
            case Feed.Training f -> op.only(Op.Noise.class).eps().samples();
            case Feed.Inference f -> f.samples();
        };
    }
}
