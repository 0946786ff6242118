package dev.fusedvae.backend.cpu;

import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Prior;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One pass over memory of the CPU path, named by the tensors it touches, before they have places.
sealed interface Stage {

    /// Tensors the stage needs in memory; what a fused op keeps to itself and a stage holds in place is not among them.
    default List<Tensor> memory() {
        return switch (this) {
            case Gather s -> List.of(s.x);
            case Sample s -> List.of(s.p, s.state);
            case Contrast s -> List.of(s.data, s.model, s.rows);
            case Corrupt s -> List.of(s.x, s.out);
            case L1Penalty s -> List.of(s.code, s.l1);
            case L1Backward s -> {
                List<Tensor> all = list(s.code, s.out);
                s.before.ifPresent(all::add);
                yield all;
            }
            case KlColumns s -> List.of(s.heads, s.means);
            case WeightRows s -> List.of(s.dY, s.weights, s.out);
            case ImportanceWeights s -> {
                List<Tensor> all = list(s.op.ll(), s.op.ratio(), s.op.bound());
                s.op.weights().ifPresent(all::add);
                s.op.squares().ifPresent(all::add);
                yield all;
            }
            case Linear s -> {
                List<Tensor> all = list(s.x, s.layer.weight(), s.out);
                if (s.biased) {
                    all.add(s.layer.bias().orElseThrow());
                }
                s.preActivation.ifPresent(all::add);
                s.likelihood.ifPresent(l -> all.addAll(l.memory()));
                yield all;
            }
            case Bias s -> list(s.a, s.out, s.layer.bias().orElseThrow());
            case Activate s -> List.of(s.a, s.out);
            case Noise s -> List.of(s.eps);
            case Reparameterize s -> {
                List<Tensor> all = list(s.heads);
                s.eps.ifPresent(all::add);
                s.z.ifPresent(all::add);
                s.kl.map(Op.KlDivergence::kl).ifPresent(all::add);
                s.ratio.map(Op.LogRatio::ratio).ifPresent(all::add);
                yield all;
            }
            case LogLikelihood s -> {
                List<Tensor> all = list(s.x, s.y);
                s.logVar.ifPresent(all::add);
                s.ll.ifPresent(all::add);
                s.dY.ifPresent(all::add);
                s.dLogVar.ifPresent(all::add);
                yield all;
            }
            case DataGradient s -> {
                List<Tensor> all = list(s.dY, s.layer.weight(), s.out);
                s.saved.ifPresent(all::add);
                yield all;
            }
            case ActivateBackward s -> List.of(s.dY, s.saved, s.out);
            case LatentBackward s -> {
                List<Tensor> all = list(s.heads, s.dHeads);
                s.dz.ifPresent(all::add);
                s.eps.ifPresent(all::add);
                s.weights.ifPresent(all::add);
                s.kl.flatMap(Op.KlBackward::freeBits).ifPresent(f -> all.add(f.klMeans()));
                yield all;
            }
            case Add s -> List.of(s.a, s.b, s.out);
            case WeightGradient s -> {
                List<Tensor> all = list(s.dY, s.x);
                s.weights.ifPresent(all::add);
                s.weight.tensors(all);
                s.bias.ifPresent(b -> b.tensors(all));
                yield all;
            }
            case ColumnSum s -> {
                List<Tensor> all = list(s.dY);
                s.weights.ifPresent(all::add);
                s.sink.tensors(all);
                yield all;
            }
            case SquaredNorm s -> List.of(s.gradient, s.partial);
            case Update s -> {
                List<Tensor> all = new ArrayList<>();
                s.updates.forEach(u -> all.addAll(u.reads()));
                yield all;
            }
            case ReduceLoss s -> {
                List<Tensor> all = list(s.ll, s.metrics);
                s.kl.ifPresent(all::add);
                yield all;
            }
        };
    }

    private static List<Tensor> list(Tensor... tensors) {
        return new ArrayList<>(List.of(tensors));
    }

    /// Rows an example that the stage works on: its rows are those of its samples.
    default int samples() {
        return switch (this) {
            case Linear s -> s.out.samples();
            case Bias s -> s.out.samples();
            case Activate s -> s.out.samples();
            case Noise s -> s.eps.samples();
            case Reparameterize s -> s.eps.map(Tensor::samples).orElse(1);
            case LogLikelihood s -> s.y.samples();
            case DataGradient s -> s.out.samples();
            case ActivateBackward s -> s.out.samples();
            case LatentBackward s -> s.eps.map(Tensor::samples).orElse(1);
            case Add s -> s.out.samples();
            case WeightRows s -> s.out.samples();
            case ImportanceWeights s -> s.op.ll().samples();
            case Gather s -> 1;
            case Sample s -> 1;
            case Contrast s -> 1;
            case Corrupt s -> 1;
            case L1Penalty s -> 1;
            case L1Backward s -> 1;
            case KlColumns s -> 1;
            case WeightGradient s -> s.dY.samples();
            case ColumnSum s -> s.dY.samples();
            case SquaredNorm s -> 1;
            case Update s -> 1;
            case ReduceLoss s -> s.ll.samples();
        };
    }

    record Gather(Tensor x, Binarization binarization) implements Stage {}

    record Sample(Tensor p, int site, Tensor state) implements Stage {}

    record Contrast(Tensor data, Tensor model, boolean gradient, Tensor rows) implements Stage {}

    record Corrupt(Corruption corruption, Tensor x, Tensor out) implements Stage {}

    record L1Penalty(Tensor code, Tensor l1) implements Stage {}

    /// out = β sign(code) / B, added to `before` where there is one.
    record L1Backward(Tensor code, Optional<Tensor> before, Tensor out) implements Stage {}

    record KlColumns(Tensor heads, Prior prior, Tensor means) implements Stage {}

    record WeightRows(Tensor dY, Tensor weights, int power, Tensor out) implements Stage {}

    record ImportanceWeights(Op.ImportanceWeights op) implements Stage {}

    /// out = act(x Wᵀ + b); with `preActivation` x Wᵀ + b is kept too; with `likelihood` the tile is handed on at once.
    record Linear(Layer layer, Tensor x, boolean biased, Activation activation, Optional<Tensor> preActivation,
                  Tensor out, Optional<LogLikelihood> likelihood) implements Stage {}

    record Bias(Layer layer, Tensor a, Tensor out) implements Stage {}

    record Activate(Activation activation, Tensor a, Tensor out) implements Stage {}

    record Noise(Tensor eps) implements Stage {}

    /// z, or KL, or both in one pass; or z and the log-ratio of prior and posterior.
    record Reparameterize(Tensor heads, Optional<Tensor> eps, Optional<Tensor> z, Optional<Op.KlDivergence> kl,
                          Optional<Op.LogRatio> ratio) implements Stage {}

    /// The value, or the gradient, or both in one pass; dY may be y itself, in place.
    record LogLikelihood(Likelihood likelihood, Tensor x, Tensor y, Optional<Tensor> logVar, Optional<Tensor> ll, int shares,
                         Optional<Tensor> dY, Optional<Tensor> dLogVar) implements Stage {}

    /// out = (dY W) ⊙ act′(saved).
    record DataGradient(Layer layer, Tensor dY, Activation activation, Optional<Tensor> saved, Tensor out) implements Stage {}

    record ActivateBackward(Activation activation, Tensor dY, Tensor saved, Tensor out) implements Stage {}

    /// Through z (with `dz`), through KL or through the log-ratio, or through z and one of them.
    ///
    /// @param weights importance weights: of the log-ratio, and of dz where `weighsDz`
    record LatentBackward(Optional<Tensor> dz, Tensor heads, Optional<Tensor> eps, Optional<Tensor> weights, boolean weighsDz,
                          Optional<Op.KlBackward> kl, Optional<Op.LogRatioBackward> ratio, Tensor dHeads) implements Stage {}

    record Add(Tensor a, Tensor b, Tensor out) implements Stage {}

    /// Where a parameter's gradient goes: to memory, with its share of the norm if asked for, or into the update at once.
    record Sink(Tensor gradient, Optional<Tensor> norm, Optional<Op.Update> update) {
        void tensors(List<Tensor> all) {
            if (update.isPresent()) {
                update.get().writes().forEach(all::add);
            } else {
                all.add(gradient);
            }
            norm.ifPresent(all::add);
        }
    }

    /// @param weights what the rows of dY are weighed with, if anything
    record WeightGradient(Layer layer, Tensor dY, Optional<Tensor> weights, Tensor x, Sink weight, Optional<Sink> bias) implements Stage {}

    record ColumnSum(Tensor dY, Optional<Tensor> weights, Sink sink) implements Stage {}

    record SquaredNorm(Tensor gradient, Tensor partial) implements Stage {}

    record Update(List<Op.Update> updates) implements Stage {}

    record ReduceLoss(Tensor ll, Optional<Tensor> kl, Tensor metrics) implements Stage {}
}
