package dev.fusedvae.backend.cpu;

import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Likelihood;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One pass over memory of the CPU path, named by the tensors it touches, before they have places.
sealed interface Stage {

    /// Tensors the stage needs in memory; what a fused op keeps to itself and a stage holds in place is not among them.
    default List<Tensor> memory() {
        return switch (this) {
            case Gather s -> List.of(s.x);
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
                s.kl.ifPresent(all::add);
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
                yield all;
            }
            case Add s -> List.of(s.a, s.b, s.out);
            case WeightGradient s -> {
                List<Tensor> all = list(s.dY, s.x);
                s.weight.tensors(all);
                s.bias.ifPresent(b -> b.tensors(all));
                yield all;
            }
            case ColumnSum s -> {
                List<Tensor> all = list(s.dY);
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

    record Gather(Tensor x, Binarization binarization) implements Stage {}

    /// out = act(x Wᵀ + b); with `preActivation` x Wᵀ + b is kept too; with `likelihood` the tile is handed on at once.
    record Linear(Layer layer, Tensor x, boolean biased, Activation activation, Optional<Tensor> preActivation,
                  Tensor out, Optional<LogLikelihood> likelihood) implements Stage {}

    record Bias(Layer layer, Tensor a, Tensor out) implements Stage {}

    record Activate(Activation activation, Tensor a, Tensor out) implements Stage {}

    record Noise(Tensor eps) implements Stage {}

    /// z, or KL, or both in one pass.
    record Reparameterize(Tensor heads, Optional<Tensor> eps, Optional<Tensor> z, Optional<Tensor> kl) implements Stage {}

    /// The value, or the gradient, or both in one pass; dY may be y itself, in place.
    record LogLikelihood(Likelihood likelihood, Tensor x, Tensor y, Optional<Tensor> logVar, Optional<Tensor> ll,
                         Optional<Tensor> dY, Optional<Tensor> dLogVar) implements Stage {}

    /// out = (dY W) ⊙ act′(saved).
    record DataGradient(Layer layer, Tensor dY, Activation activation, Optional<Tensor> saved, Tensor out) implements Stage {}

    record ActivateBackward(Activation activation, Tensor dY, Tensor saved, Tensor out) implements Stage {}

    /// Through z (with `dz`), through KL (with `throughKl`), or both.
    record LatentBackward(Optional<Tensor> dz, Tensor heads, Optional<Tensor> eps, boolean throughKl, Tensor dHeads) implements Stage {}

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

    record WeightGradient(Layer layer, Tensor dY, Tensor x, Sink weight, Optional<Sink> bias) implements Stage {}

    record ColumnSum(Tensor dY, Sink sink) implements Stage {}

    record SquaredNorm(Tensor gradient, Tensor partial) implements Stage {}

    record Update(List<Op.Update> updates) implements Stage {}

    record ReduceLoss(Tensor ll, Optional<Tensor> kl, Tensor metrics) implements Stage {}
}
