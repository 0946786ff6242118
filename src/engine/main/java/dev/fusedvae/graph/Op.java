package dev.fusedvae.graph;

import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Prior;
import java.util.List;
import java.util.Optional;

/// A primitive operation: the smallest thing that the reference backend runs and that fusion puts together.
///
/// Its [Formula] says what it computes, for cards, plans and pages alike. Gradients are of the *loss*: the negative objective,
/// averaged over the batch, in nats. B is the batch, K a layer's inputs, N its outputs, L the latent size, D the features, k the
/// samples per example. Where an op meets tensors of B and of B·k rows, row r of the one goes with rows r·k … r·k + k of the
/// other. The prior is N(m, v), diagonal.
public sealed interface Op {
    /// Flops that an elementary function counts.
    int FUNCTION = 10;

    /// What the op reads and writes, and how much it computes.
    Access access();

    /// Tensors that must be ready before the op runs.
    default List<Tensor> reads() {
        return access().reads();
    }

    /// Tensors the op writes; an update also reads what it writes.
    default List<Tensor> writes() {
        return access().writes();
    }

    /// What the op computes for a batch of `batch` examples, whatever runs it; see [Access#flops()].
    default long flops(int batch) {
        return access().flops().applyAsLong(batch);
    }

    /// A product with the weights of a layer, or the gradient of these.
    ///
    /// @param outputs what the layer gives, or the gradient of that: its rows are those of the product
    record Product(Layer layer, Tensor outputs) {}

    /// The op as a matrix product, if it is one.
    default Optional<Product> product() {
        return Optional.empty();
    }

    /// The layer or the parameter that the op is about, by name; empty where it is about values between layers.
    default Optional<String> subject() {
        return product().map(p -> p.layer().name());
    }

    /// Computes values of the model or of the objective from what came before.
    sealed interface Forward extends Op {}

    /// Carries the gradient of the loss one op back.
    sealed interface Gradient extends Op {}

    /// Belongs to the optimizer's step.
    sealed interface Optimization extends Op {}

    /// The examples of this step, B×D.
    @Formula("x = binarize(normalise(data[index]))")
    record Gather(Tensor x, Binarization binarization) implements Forward {
        @Override
        public Access access() {
            return Access.reading().writing(x).flops(batch -> x.elements(batch));
        }
    }

    /// The product of a layer, B×N.
    @Formula("y = x Wᵀ")
    record Linear(Layer layer, Tensor x, Tensor y) implements Forward {
        @Override
        public Access access() {
            return Access.reading(x, layer.weight()).writing(y).flops(batch -> 2L * y.rows(batch) * layer.weight().elements(batch));
        }

        @Override
        public Optional<Product> product() {
            return Optional.of(new Product(layer, y));
        }
    }

    /// The same b for every row.
    @Formula("y = a + b")
    record AddBias(Layer layer, Tensor a, Tensor y) implements Forward {
        @Override
        public Access access() {
            return Access.reading(a, layer.bias().orElseThrow()).writing(y).flops(batch -> y.elements(batch));
        }

        @Override
        public Optional<String> subject() {
            return Optional.of(layer.name());
        }
    }

    /// The activation of a layer; see [Activation].
    @Formula("y = act(a)")
    record Activate(Activation activation, Tensor a, Tensor y) implements Forward {
        @Override
        public Access access() {
            return Access.reading(a).writing(y).flops(batch -> FUNCTION * y.elements(batch));
        }
    }

    /// A draw of every unit, with words by Philox (purpose GIBBS): a pure function of (seed, site, step, row, column).
    @Formula("state = word < p·2³²")
    record BernoulliSample(Tensor p, int site, Tensor state) implements Forward {
        @Override
        public Access access() {
            return Access.reading(p).writing(state).flops(batch -> 2 * FUNCTION * state.elements(batch));
        }
    }

    /// Row 2b is example b of the data, row 2b+1 that of the model. As a gradient they are scaled, so that one sum over all rows
    /// is ⟨·⟩model − ⟨·⟩data, the gradient of contrastive divergence; Hinton 2002.
    @Formula("rows = data, model; or −data/B, model/B")
    record Contrast(Tensor data, Tensor model, boolean gradient, Tensor rows) implements Forward {
        @Override
        public Access access() {
            return Access.reading(data, model).writing(rows).flops(batch -> rows.elements(batch));
        }
    }

    /// By Philox: a pure function of (seed, purpose, site, step, row, column).
    @Formula("ε ~ N(0,I)")
    record Noise(Tensor eps) implements Forward {
        @Override
        public Access access() {
            return Access.reading().writing(eps).flops(batch -> 4 * FUNCTION * eps.elements(batch));
        }
    }

    /// Heads are (μ, log σ²), σ = exp(½ log σ²), log σ² clamped; Kingma & Welling 2014.
    @Formula("z = μ + σ⊙ε")
    record Reparameterize(Tensor heads, Tensor eps, Tensor z) implements Forward {
        @Override
        public Access access() {
            return Access.reading(heads, eps).writing(z).flops(batch -> (FUNCTION + 3) * z.elements(batch));
        }
    }

    /// KL(q(z|x) ‖ p(z)) of each example.
    @Formula("kl = ½Σ(((μ−m)² + σ²)/v − 1 − log σ² + log v)")
    record KlDivergence(Tensor heads, Prior prior, Tensor kl) implements Forward {
        @Override
        public Access access() {
            return Access.reading(heads).writingPerRow(kl, heads.columns()).flops(batch -> (FUNCTION + 5) * heads.elements(batch) / 2);
        }
    }

    /// The KL of each latent, averaged over the batch.
    @Formula("means = Σ_b KL_j / B")
    record KlColumns(Tensor heads, Prior prior, Tensor means) implements Forward {
        @Override
        public Access access() {
            return Access.reading(heads).writing(means).flops(batch -> (FUNCTION + 5) * heads.elements(batch) / 2);
        }
    }

    /// Noise is added or values are masked, by Philox (purpose CORRUPTION): a pure function of (seed, step, row, column).
    @Formula("out = damaged x")
    record Corrupt(Corruption corruption, Tensor x, Tensor out) implements Forward {
        @Override
        public Access access() {
            return Access.reading(x).writing(out).flops(batch -> 4 * FUNCTION * out.elements(batch));
        }
    }

    /// Of each example's code.
    @Formula("l1 = Σ|code|")
    record L1Penalty(Tensor code, Tensor l1) implements Forward {
        @Override
        public Access access() {
            return Access.reading(code).writingPerRow(l1, code.columns()).flops(batch -> 2 * code.elements(batch));
        }
    }

    /// ½ Σ_j (ε² + log σ² − (z−m)²/v − log v) with z = μ + σε; one row per sample.
    @Formula("ratio = log p(z) − log q(z|x)")
    record LogRatio(Tensor heads, Tensor eps, Prior prior, Tensor ratio) implements Forward {
        @Override
        public Access access() {
            return Access.reading(heads, eps).writingPerRow(ratio, eps.columns()).flops(batch -> 8 * eps.elements(batch));
        }
    }

    /// Over the k samples of an example, log w = ll + ratio; `squares` is log 1/k Σ w².
    @Formula("weights = softmax(ll + ratio); bound = log 1/k Σ exp(ll + ratio)")
    record ImportanceWeights(Tensor ll, Tensor ratio, Optional<Tensor> weights, Tensor bound, Optional<Tensor> squares) implements Forward {
        @Override
        public Access access() {
            return Access.reading(ll, ratio).writingPerRow(bound, 1).writingPerRow(weights, 1).writingPerRow(squares, 1)
                    .flops(batch -> (FUNCTION + 5L) * ll.rows(batch));
        }
    }

    /// Summed over the features of each row. `logVar` holds log σ² where the likelihood learns it beside the network: one value,
    /// or one for each feature.
    @Formula("ll = Σ log p(x|y)")
    record LogLikelihood(Likelihood likelihood, Tensor x, Tensor y, Optional<Tensor> logVar, Tensor ll) implements Forward {
        @Override
        public Access access() {
            return Access.reading(x, y).reading(logVar).writingPerRow(ll, x.columns())
                    .flops(batch -> (2 * FUNCTION + 4) * y.samples() * x.elements(batch));
        }
    }

    /// Summed over the rows in fixed order, Σll divided by the samples per example; `kl` is whatever β weighs.
    @Formula("metrics = (Σll, Σkl)")
    record ReduceLoss(Tensor ll, Optional<Tensor> kl, Tensor metrics) implements Forward {
        @Override
        public Access access() {
            return Access.reading(ll).reading(kl).writing(metrics).flops(batch -> (long) ll.rows(batch) + batch);
        }
    }

    /// With log σ² beside the network also dLogVar = −∂ll/∂log σ² / (B·shares), one row for each of y, one column for each value.
    /// 
    /// @param shares samples among which an example's weight is divided evenly: 1 where [WeightRows] weighs them
    @Formula("dY = −∂ll/∂y / (B·shares)")
    record LikelihoodBackward(Likelihood likelihood, Tensor x, Tensor y, Optional<Tensor> logVar, int shares,
                              Tensor dY, Optional<Tensor> dLogVar) implements Gradient {
        @Override
        public Access access() {
            Access.Draft draft = Access.reading(x, y).reading(logVar).writing(dY);
            draft = likelihood.logVar() == Likelihood.LogVar.SCALAR ? draft.writingPerRow(dLogVar, x.columns()) : draft.writing(dLogVar);
            return draft.flops(batch -> (FUNCTION + 2) * y.samples() * x.elements(batch));
        }
    }

    /// Importance weights enter where a gradient leaves the decoder's backward pass.
    /// 
    /// @param power 1, or 2 for DReG
    @Formula("out = weights^power dY")
    record WeightRows(Tensor dY, Tensor weights, int power, Tensor out) implements Gradient {
        @Override
        public Access access() {
            return Access.reading(dY, weights).writing(out).flops(batch -> out.elements(batch));
        }
    }

    @Formula("dX = dY W")
    record LinearBackwardData(Layer layer, Tensor dY, Tensor dX) implements Gradient {
        @Override
        public Access access() {
            return Access.reading(dY, layer.weight()).writing(dX).flops(batch -> 2L * dY.rows(batch) * layer.weight().elements(batch));
        }

        @Override
        public Optional<Product> product() {
            return Optional.of(new Product(layer, dY));
        }
    }

    @Formula("dW = dYᵀ x")
    record LinearBackwardWeight(Layer layer, Tensor dY, Tensor x, Tensor dW) implements Gradient {
        @Override
        public Access access() {
            return Access.reading(dY, x).writing(dW).flops(batch -> 2L * dY.rows(batch) * layer.weight().elements(batch));
        }

        @Override
        public Optional<Product> product() {
            return Optional.of(new Product(layer, dY));
        }
    }

    /// The gradient of a bias, or of a parameter shared by all rows.
    @Formula("out = Σ_b dY")
    record ColumnSum(Tensor dY, Tensor out) implements Gradient {
        @Override
        public Access access() {
            return Access.reading(dY).writing(out).flops(batch -> dY.elements(batch));
        }
    }

    /// `saved` is act's input or output, whichever [Activation#derivesFromInput()] asks for.
    @Formula("dA = dY ⊙ act′")
    record ActivateBackward(Activation activation, Tensor dY, Tensor saved, Tensor dA) implements Gradient {
        @Override
        public Access access() {
            return Access.reading(dY, saved).writing(dA).flops(batch -> 3 * dA.elements(batch));
        }
    }

    /// Sums over the samples of an example; dlogσ² is zero outside the clamp.
    @Formula("dμ = Σdz, dlogσ² = ½Σdz⊙ε⊙σ")
    record ReparameterizeBackward(Tensor dz, Tensor heads, Tensor eps, Tensor dHeads) implements Gradient {
        @Override
        public Access access() {
            return Access.reading(dz, heads, eps).writing(dHeads).flops(batch -> (FUNCTION + 3) * dz.elements(batch));
        }
    }

    /// dlogσ² is zero outside the clamp; with free bits both are zero where the mean KL of the latent is at most their nats.
    @Formula("dμ = β(μ−m)/v/B, dlogσ² = β½(σ²/v − 1)/B")
    record KlBackward(Tensor heads, Prior prior, Optional<FreeBits> freeBits, Tensor dHeads) implements Gradient {
        @Override
        public Access access() {
            return Access.reading(heads).reading(freeBits.map(FreeBits::klMeans)).writing(dHeads)
                    .flops(batch -> (FUNCTION + 3) * heads.elements(batch) / 2);
        }
    }

    /// The nats of KL that each latent has for free, and the mean KL of each over the batch.
    record FreeBits(double nats, Tensor klMeans) {}

    /// The part of the bound's gradient that goes through [LogRatio], w = weights, sums over the samples of an example:
    /// 
    /// plain: h = (z−m)/v, dμ = 1/B Σ w h, dlogσ² = 1/B (Σ w h ½σε − ½);
    /// DReG: h = (z−m)/v − ε/σ, dμ = 1/B Σ w² h, dlogσ² = 1/B Σ w² h ½σε; zero outside the clamp.
    @Formula("dμ, dlogσ² through log p(z) − log q(z|x)")
    record LogRatioBackward(Tensor heads, Tensor eps, Tensor weights, Prior prior, boolean dreg, Tensor dHeads) implements Gradient {
        @Override
        public Access access() {
            return Access.reading(heads, eps, weights).writing(dHeads).flops(batch -> 9 * eps.elements(batch));
        }
    }

    /// β weighs the penalty; z is the code.
    @Formula("dCode = β sign(code) / B")
    record L1Backward(Tensor code, Tensor dCode) implements Gradient {
        @Override
        public Access access() {
            return Access.reading(code).writing(dCode).flops(batch -> code.elements(batch));
        }
    }

    /// Where two gradients of one tensor meet.
    @Formula("out = a + b")
    record Add(Tensor a, Tensor b, Tensor out) implements Gradient {
        @Override
        public Access access() {
            return Access.reading(a, b).writing(out).flops(batch -> out.elements(batch));
        }
    }

    /// One parameter's share of the squared global gradient norm.
    @Formula("partial = Σ gradient²")
    record SquaredNorm(Tensor gradient, Tensor partial) implements Optimization {
        @Override
        public Access access() {
            return Access.reading(gradient).writing(partial).flops(batch -> 2 * gradient.elements(batch));
        }
    }

    /// One parameter's step, in place. With clipping the gradient is first scaled by min(1, clip/(‖g‖ + 1e-6)), ‖g‖² being the sum of
    /// `norms` in order: PyTorch's `clip_grad_norm_`.
    @Formula("parameter = optimizer(parameter, gradient)")
    record Update(OptimizerSpec optimizer, Tensor parameter, Tensor gradient, List<Tensor> state, Optional<Clip> clip) implements Optimization {
        @Override
        public Access access() {
            return Access.reading(gradient, parameter).reading(state).reading(clip.map(Clip::norms).orElse(List.of())).writing(parameter).writing(state)
                    .flops(batch -> parameter.elements(batch) * optimizer.flops());
        }

        @Override
        public Optional<String> subject() {
            return Optional.of(parameter.name());
        }
    }

    /// Gradient clipping by global norm: the bound and the partial sums of squares of every gradient.
    record Clip(double norm, List<Tensor> norms) {}
}
