package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Activation;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The bindings of layers, forward and backward: products, biases, activations, and sums of gradients.
final class ProductBindings {
    private ProductBindings() {}

    static final Binding LINEAR = Binding.of(Op.Linear.class, o -> Binding.layer(o.layer()), (args, o, at) ->
            product(args, o.layer(), at).pointer("x", at.at(o.x())).pointer("y", at.at(o.y())));

    static final Binding ADD_BIAS = Binding.of(Op.AddBias.class, o -> Binding.width("N", o.y()), (args, o, at) ->
            args.pointer("a", at.at(o.a())).pointer("bias", at.at(o.layer().bias().orElseThrow())).pointer("y", at.at(o.y())).word("n", o.y().width()));

    static final Binding ACTIVATE = Binding.of(Op.Activate.class, o -> Binding.width("N", o.y()), (args, o, at) ->
            args.pointer("a", at.at(o.a())).pointer("y", at.at(o.y())).word("n", o.y().width()).word("activation", o.activation().code()));

    static final Binding LINEAR_BIAS_ACT = Binding.of((op, batch) -> Binding.layer(op.only(Op.Linear.class).layer()), (args, op, at) -> {
        Forward layer = Forward.of(op, op.only(Op.Linear.class));
        product(args, layer.layer(), at).pointer("x", at.at(layer.x())).pointer("bias", bias(layer.layer(), at)).pointer("y", at.at(layer.y()))
                .pointer("pre", !layer.pre().equals(layer.y()) && op.writes().contains(layer.pre()) ? at.at(layer.pre()) : 0)
                .word("activation", layer.activation().code());
    });

    static final Binding LINEAR_BACKWARD_DATA = Binding.of(Op.LinearBackwardData.class, o -> Binding.layer(o.layer()), (args, o, at) ->
            product(args, o.layer(), at).pointer("dy", at.at(o.dY())).pointer("dx", at.at(o.dX())));

    static final Binding ACTIVATE_BACKWARD = Binding.of(Op.ActivateBackward.class, o -> Binding.width("N", o.dA()), (args, o, at) ->
            args.pointer("dy", at.at(o.dY())).pointer("saved", at.at(o.saved())).pointer("da", at.at(o.dA())).word("n", o.dA().width())
                    .word("activation", o.activation().code()));

    static final Binding LINEAR_BACKWARD_DATA_ACT = Binding.of(Op.LinearBackwardData.class, o -> Binding.layer(o.layer()), (args, o, at) ->
            product(args, o.layer(), at).pointer("dy", at.at(o.dY()))).and((args, op, at) -> activated(args, op, op.only(Op.LinearBackwardData.class), at));

    static final Binding LINEAR_BACKWARD_WEIGHT = Binding.of(Op.LinearBackwardWeight.class, o -> Binding.layer(o.layer()), ProductBindings::weightGradient);

    static final Binding LINEAR_BACKWARD_WEIGHT_BIAS = Binding.of(Op.LinearBackwardWeight.class, o -> Binding.layer(o.layer()), (args, o, at) ->
            weightGradient(args, o, at)).and((args, op, at) -> {
                Optional<Tensor> db = op.all(Op.ColumnSum.class).stream().findFirst().map(Op.ColumnSum::out);
                args.pointer("db", at.orNull(db)).pointer("db_norms", at.orNull(db.flatMap(t -> norm(op, t))))
                        .pointer("dw_norms", at.orNull(norm(op, op.only(Op.LinearBackwardWeight.class).dW())));
                weights(args, op, at);
            });

    static final Binding COLUMN_SUM = Binding.of(Op.ColumnSum.class, o -> Binding.width("N", o.out()), (args, o, at) ->
            args.pointer("out", at.at(o.out()))).and((args, op, at) -> {
                summed(args, op, at);
                args.pointer("norms", at.orNull(norm(op, op.only(Op.ColumnSum.class).out())));
            });

    static final Binding WEIGHT_ROWS = Binding.of(Op.WeightRows.class, o -> Binding.width("N", o.out()), (args, o, at) ->
            args.pointer("dy", at.at(o.dY())).pointer("weights", at.at(o.weights())).pointer("out", at.at(o.out())).word("n", o.out().width())
                    .word("squared", o.power() == 2 ? 1 : 0).word("tiles", at.tiles(o.dY())));

    static final Binding ADD = Binding.of(Op.Add.class, o -> Binding.width("N", o.out()), (args, o, at) ->
            args.pointer("a", at.at(o.a())).pointer("b", at.at(o.b())).pointer("out", at.at(o.out())).word("n", o.out().width()));

    static final Map<Kind, Binding> ALL = Map.ofEntries(
            Map.entry(Kind.LINEAR, LINEAR),
            Map.entry(Kind.ADD_BIAS, ADD_BIAS),
            Map.entry(Kind.ACTIVATE, ACTIVATE),
            Map.entry(Kind.LINEAR_BIAS_ACT, LINEAR_BIAS_ACT),
            Map.entry(Kind.LINEAR_BACKWARD_DATA, LINEAR_BACKWARD_DATA),
            Map.entry(Kind.ACTIVATE_BACKWARD, ACTIVATE_BACKWARD),
            Map.entry(Kind.LINEAR_BACKWARD_DATA_ACT, LINEAR_BACKWARD_DATA_ACT),
            Map.entry(Kind.LINEAR_BACKWARD_WEIGHT, LINEAR_BACKWARD_WEIGHT),
            Map.entry(Kind.LINEAR_BACKWARD_WEIGHT_BIAS, LINEAR_BACKWARD_WEIGHT_BIAS),
            Map.entry(Kind.COLUMN_SUM, COLUMN_SUM),
            Map.entry(Kind.WEIGHT_ROWS, WEIGHT_ROWS),
            Map.entry(Kind.ADD, ADD));

    /// A layer within an op: its product, the result after its bias, and the result after its activation.
    record Forward(Layer layer, Tensor x, Tensor pre, Tensor y, Activation activation) {

        static Forward of(FusedOp op, Layer.Place place) {
            return maybe(op, place).orElseThrow(() -> new IllegalArgumentException(op.title() + " lacks a layer"));
        }

        static Optional<Forward> maybe(FusedOp op, Layer.Place place) {
            return op.all(Op.Linear.class).stream().filter(o -> o.layer().place() == place).findFirst().map(o -> of(op, o));
        }

        static Forward of(FusedOp op, Op.Linear product) {
            Tensor pre = op.all(Op.AddBias.class).stream().filter(o -> o.a().equals(product.y())).findFirst().map(Op.AddBias::y).orElse(product.y());
            Optional<Op.Activate> act = op.all(Op.Activate.class).stream().filter(o -> o.a().equals(pre)).findFirst();
            return new Forward(product.layer(), product.x(), pre, act.map(Op.Activate::y).orElse(pre),
                    act.map(Op.Activate::activation).orElse(Activation.IDENTITY));
        }
    }

    static Args product(Args args, Layer layer, Operands at) {
        return args.pointer("w", at.at(layer.weight())).word("n", layer.width()).word("k", layer.inputs());
    }

    static long bias(Layer layer, Operands at) {
        return layer.bias().map(at::at).orElse(0L);
    }

    /// The result for the gradient dX of `product`; if the op has an activation, after its derivative.
    static void activated(Args args, FusedOp op, Op.LinearBackwardData product, Operands at) {
        Optional<Op.ActivateBackward> act = op.all(Op.ActivateBackward.class).stream().findFirst();
        args.pointer("saved", at.orNull(act.map(Op.ActivateBackward::saved))).pointer("da", at.at(act.map(Op.ActivateBackward::dA).orElse(product.dX())))
                .word("activation", act.map(Op.ActivateBackward::activation).orElse(Activation.IDENTITY).code());
    }

    static void weightGradient(Args args, Op.LinearBackwardWeight o, Operands at) {
        args.pointer("dy", at.orNull(o.dY())).pointer("x", at.at(o.x())).pointer("dw", at.orNull(o.dW())).word("n", o.layer().width()).word("k", o.layer().inputs());
    }

    /// If rows are multiplied by weights before they are summed: the rows without the weights, and the weights.
    static void weights(Args args, FusedOp op, Operands at) {
        op.all(Op.WeightRows.class).forEach(o -> args.pointer("dy", at.at(o.dY())).pointer("weights", at.at(o.weights())));
    }

    /// The rows that a column sum adds.
    static void summed(Args args, FusedOp op, Operands at) {
        Op.ColumnSum o = op.only(Op.ColumnSum.class);
        Tensor rows = op.all(Op.WeightRows.class).stream().map(Op.WeightRows::dY).findFirst().orElse(o.dY());
        args.pointer("dy", at.at(rows)).word("n", o.out().width()).word("tiles", at.tiles(rows));
        weights(args, op, at);
    }

    /// The partial norm of `gradient` that the call writes.
    private static Optional<Tensor> norm(FusedOp op, Tensor gradient) {
        List<Op.SquaredNorm> all = op.all(Op.SquaredNorm.class);
        return all.stream().filter(n -> n.gradient().equals(gradient)).findFirst().map(Op.SquaredNorm::partial);
    }
}
