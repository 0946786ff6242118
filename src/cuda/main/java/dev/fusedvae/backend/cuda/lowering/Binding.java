package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.backend.cuda.kernels.Struct;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/// How the calls of one kind of op are passed to a kernel: the sizes for the letters in the launch line of its card, and the fields of
/// its argument struct. [Bindings] has one for every kind.
///
/// The struct is the one whose comment in the headers names the op. The fields `table`, `base`, `batch` and `samples`, which nearly
/// all structs have, are set here; `offset` is set before every launch.
///
/// @param byExample whether `B` and `batch` count examples, because a block or a thread works on all samples of an example; else rows
/// @param sizes     the sizes for the letters other than `B`
/// @param fill      sets the fields that never change
/// @param feed      sets the fields that change with the feed
record Binding(boolean byExample, Sizes sizes, Fill fill, Feeding feed) {

    /// The sizes for the letters of a launch line: `N`, `K` of a layer, `L` of a latent, `D` of features, `count` of a gradient, `blocks`
    /// of an update.
    @FunctionalInterface
    interface Sizes {
        Map<String, Long> of(FusedOp op, int batch);
    }

    @FunctionalInterface
    interface Fill {
        void fill(Args args, FusedOp op, Operands at);
    }

    @FunctionalInterface
    interface Feeding {
        void feed(Args args, FusedOp op, Feed feed, DeviceExamples data);
    }

    /// Fills the fields of a primitive op.
    @FunctionalInterface
    interface FillOne<T extends Op> {
        void fill(Args args, T op, Operands at);
    }

    /// The binding of a kind whose fields all come from its op of type `type`.
    static <T extends Op> Binding of(Class<T> type, Function<T, Map<String, Long>> sizes, FillOne<T> fill) {
        return of((op, batch) -> sizes.apply(op.only(type)), (args, op, at) -> fill.fill(args, op.only(type), at));
    }

    static Binding of(Sizes sizes, Fill fill) {
        return new Binding(false, sizes, fill, (args, op, feed, data) -> { });
    }

    /// The same binding, which then fills further fields.
    Binding and(Fill more) {
        return new Binding(byExample, sizes, (args, op, at) -> {
            fill.fill(args, op, at);
            more.fill(args, op, at);
        }, feed);
    }

    /// The same binding, with `B` counting examples.
    Binding perExample() {
        return new Binding(true, sizes, fill, feed);
    }

    Binding fed(Feeding by) {
        return new Binding(byExample, sizes, fill, by);
    }

    /// All sizes that a launch line may name, including `B`.
    Map<String, Long> dimensions(FusedOp op, int batch) {
        Map<String, Long> all = new HashMap<>(sizes.of(op, batch));
        all.put("B", rows(op, batch));
        return all;
    }

    private long rows(FusedOp op, int batch) {
        return byExample ? batch : (long) batch * samples(op);
    }

    /// Rows per example in the tensors that the op works on.
    private static int samples(FusedOp op) {
        return op.ops().stream().flatMap(o -> Stream.concat(o.reads().stream(), o.writes().stream())).mapToInt(Tensor::samples).max().orElse(1);
    }

    /// The arguments of `op` in `memory`, except those that [#feed] sets.
    Args arguments(FusedOp op, Struct struct, MemorySegment memory, Operands at) {
        Args args = new Args(struct, memory);
        if (struct.has("table")) {
            args.pointer("table", at.table()).pointer("base", at.base());
        }
        if (struct.has("batch")) {
            args.word("batch", rows(op, at.batch()));
        }
        if (struct.has("samples")) {
            args.word("samples", samples(op));
        }
        fill.fill(args, op, at);
        return args;
    }

    /// `N` and `K` of a layer.
    static Map<String, Long> layer(Layer layer) {
        return Map.of("N", (long) layer.width(), "K", (long) layer.inputs());
    }

    /// The columns of `t`, all parts together, as `letter`.
    static Map<String, Long> width(String letter, Tensor t) {
        return Map.of(letter, (long) t.width());
    }

    /// The columns of one part of `heads`.
    static Map<String, Long> latents(Tensor heads) {
        return Map.of("L", (long) heads.columns());
    }
}
