package dev.fusedvae.graph;

import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Prior;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A primitive operation: the smallest thing that the reference backend runs and that fusion puts together.
///
/// Gradients are of the *loss*: the negative objective, averaged over the batch, in nats. B is the batch, K a layer's
/// inputs, N its outputs, L the latent size, D the features, k the samples an example. Where an op meets tensors of B
/// and of B·k rows, row r of the one goes with rows r·k … r·k + k of the other. The prior is N(m, v), diagonal.
public sealed interface Op {

    /// x ← the examples of this step: normalised, then binarized. B×D.
    record Gather(Tensor x, Binarization binarization) implements Op {}

    /// y = x Wᵀ.
    record Linear(Layer layer, Tensor x, Tensor y) implements Op {}

    /// y = a + b, b broadcast over rows.
    record AddBias(Layer layer, Tensor a, Tensor y) implements Op {}

    /// y = act(a).
    record Activate(Activation activation, Tensor a, Tensor y) implements Op {}

    /// state = 1 where word < ⌊p·2³²⌋, else 0, by Philox (purpose GIBBS): a pure function of (seed, site, step, row, column).
    record BernoulliSample(Tensor p, int site, Tensor state) implements Op {}

    /// Two rows an example: rows[2b] = data[b], rows[2b+1] = model[b]; as a gradient −data[b]/B and model[b]/B, so that one
    /// sum over all rows is ⟨·⟩model − ⟨·⟩data, the gradient of contrastive divergence; Hinton 2002.
    record Contrast(Tensor data, Tensor model, boolean gradient, Tensor rows) implements Op {}

    /// ε ~ N(0, I), by Philox: a pure function of (seed, purpose, site, step, row, column).
    record Noise(Tensor eps) implements Op {}

    /// z = μ + e^(½ log σ²) ⊙ ε, log σ² clamped; Kingma & Welling 2014.
    record Reparameterize(Tensor heads, Tensor eps, Tensor z) implements Op {}

    /// kl[b] = ½ Σ_j (((μ−m)² + σ²)/v − 1 − log σ² + log v) = KL(q(z|x) ‖ p(z)).
    record KlDivergence(Tensor heads, Prior prior, Tensor kl) implements Op {}

    /// means[j] = 1/B Σ_b KL_j: the KL of each latent, averaged over the batch.
    record KlColumns(Tensor heads, Prior prior, Tensor means) implements Op {}

    /// out = x with noise or with values masked, by Philox (purpose CORRUPTION): a pure function of (seed, step, row, column).
    record Corrupt(Corruption corruption, Tensor x, Tensor out) implements Op {}

    /// l1[b] = Σ_j |code_j|.
    record L1Penalty(Tensor code, Tensor l1) implements Op {}

    /// ratio[r] = log p(z) − log q(z|x) = ½ Σ_j (ε² + log σ² − (z−m)²/v − log v), z = μ + σε; one row a sample.
    record LogRatio(Tensor heads, Tensor eps, Prior prior, Tensor ratio) implements Op {}

    /// With log w = ll + ratio over the k samples of an example: weights = softmax(log w), bound[b] = log 1/k Σ w,
    /// squares[b] = log 1/k Σ w².
    record ImportanceWeights(Tensor ll, Tensor ratio, Optional<Tensor> weights, Tensor bound, Optional<Tensor> squares) implements Op {}

    /// ll[b] = Σ_d log p(x_d | y_d); `logVar` is the learned scalar log σ² where the likelihood has one.
    record LogLikelihood(Likelihood likelihood, Tensor x, Tensor y, Optional<Tensor> logVar, Tensor ll) implements Op {}

    /// metrics = (Σ ll / samples, Σ_b kl[b]), summed over the rows in fixed order; `kl` is whatever β weighs.
    record ReduceLoss(Tensor ll, Optional<Tensor> kl, Tensor metrics) implements Op {}

    /// dY = −∂ log p(x|y)/∂y / (B·shares); with a learned scalar also dLogVar[r] = −∂ ll[r]/∂ log σ² / (B·shares), with a
    /// learned vector one such column for each feature.
    ///
    /// @param shares samples among which an example's weight is divided evenly: 1 where [WeightRows] weighs them
    record LikelihoodBackward(Likelihood likelihood, Tensor x, Tensor y, Optional<Tensor> logVar, int shares,
                              Tensor dY, Optional<Tensor> dLogVar) implements Op {}

    /// out[r] = weights[r]^power · dY[r]: importance weights enter where a gradient leaves the decoder's backward pass.
    ///
    /// @param power 1, or 2 for DReG
    record WeightRows(Tensor dY, Tensor weights, int power, Tensor out) implements Op {}

    /// dX = dY W.
    record LinearBackwardData(Layer layer, Tensor dY, Tensor dX) implements Op {}

    /// dW = dYᵀ X.
    record LinearBackwardWeight(Layer layer, Tensor dY, Tensor x, Tensor dW) implements Op {}

    /// out = Σ_b dY[b]: the gradient of a bias, or of a parameter shared by all rows.
    record ColumnSum(Tensor dY, Tensor out) implements Op {}

    /// dA = dY ⊙ act′; `saved` is act's input or output, whichever [Activation#derivesFromInput()] asks for.
    record ActivateBackward(Activation activation, Tensor dY, Tensor saved, Tensor dA) implements Op {}

    /// dμ = Σ dz, d log σ² = ½ Σ dz ⊙ ε ⊙ σ over the samples of an example; zero outside the clamp.
    record ReparameterizeBackward(Tensor dz, Tensor heads, Tensor eps, Tensor dHeads) implements Op {}

    /// dμ = β (μ−m)/v / B, d log σ² = β ½ (σ²/v − 1) / B, zero outside the clamp; with free bits zero where klMeans[j] <= nats.
    record KlBackward(Tensor heads, Prior prior, Optional<FreeBits> freeBits, Tensor dHeads) implements Op {}

    /// The nats of KL that each latent has for free, and the mean KL of each over the batch.
    record FreeBits(double nats, Tensor klMeans) {}

    /// The part of the bound's gradient that goes through [LogRatio], with w = weights over the samples of an example:
    ///
    /// plain: h = (z−m)/v, dμ = 1/B Σ w h, d log σ² = 1/B (Σ w h ½σε − ½);
    /// DReG: h = (z−m)/v − ε/σ, dμ = 1/B Σ w² h, d log σ² = 1/B Σ w² h ½σε; zero outside the clamp.
    record LogRatioBackward(Tensor heads, Tensor eps, Tensor weights, Prior prior, boolean dreg, Tensor dHeads) implements Op {}

    /// dCode = β sign(code) / B.
    record L1Backward(Tensor code, Tensor dCode) implements Op {}

    /// out = a + b.
    record Add(Tensor a, Tensor b, Tensor out) implements Op {}

    /// partial = Σ g²: one parameter's share of the squared global gradient norm.
    record SquaredNorm(Tensor gradient, Tensor partial) implements Op {}

    /// One parameter's optimizer step, in place; with clipping the gradient is first scaled by
    /// min(1, clip/(‖g‖ + 1e-6)), ‖g‖² being the sum of `norms` in order: PyTorch's `clip_grad_norm_`.
    record Update(OptimizerSpec optimizer, Tensor parameter, Tensor gradient, List<Tensor> state,
                  Optional<Clip> clip) implements Op {}

    /// Gradient clipping by global norm: the bound and the partial sums of squares of every gradient.
    record Clip(double norm, List<Tensor> norms) {}

    /// Tensors that must be ready before the op runs.
    default List<Tensor> reads() {
        return switch (this) {
            case Gather op -> List.of();
            case Linear op -> List.of(op.x, op.layer.weight());
            case AddBias op -> List.of(op.a, op.layer.bias().orElseThrow());
            case Activate op -> List.of(op.a);
            case BernoulliSample op -> List.of(op.p);
            case Contrast op -> List.of(op.data, op.model);
            case Noise op -> List.of();
            case Reparameterize op -> List.of(op.heads, op.eps);
            case KlDivergence op -> List.of(op.heads);
            case KlColumns op -> List.of(op.heads);
            case Corrupt op -> List.of(op.x);
            case L1Penalty op -> List.of(op.code);
            case LogRatio op -> List.of(op.heads, op.eps);
            case ImportanceWeights op -> List.of(op.ll, op.ratio);
            case WeightRows op -> List.of(op.dY, op.weights);
            case LogRatioBackward op -> List.of(op.heads, op.eps, op.weights);
            case L1Backward op -> List.of(op.code);
            case LogLikelihood op -> with(op.logVar, op.x, op.y);
            case ReduceLoss op -> with(op.kl, op.ll);
            case LikelihoodBackward op -> with(op.logVar, op.x, op.y);
            case LinearBackwardData op -> List.of(op.dY, op.layer.weight());
            case LinearBackwardWeight op -> List.of(op.dY, op.x);
            case ColumnSum op -> List.of(op.dY);
            case ActivateBackward op -> List.of(op.dY, op.saved);
            case ReparameterizeBackward op -> List.of(op.dz, op.heads, op.eps);
            case KlBackward op -> with(op.freeBits.map(FreeBits::klMeans), op.heads);
            case Add op -> List.of(op.a, op.b);
            case SquaredNorm op -> List.of(op.gradient);
            case Update op -> {
                List<Tensor> all = new ArrayList<>(List.of(op.gradient, op.parameter));
                all.addAll(op.state);
                op.clip.ifPresent(c -> all.addAll(c.norms()));
                yield List.copyOf(all);
            }
        };
    }

    /// Tensors the op writes; an update also reads what it writes.
    default List<Tensor> writes() {
        return switch (this) {
            case Gather op -> List.of(op.x);
            case Linear op -> List.of(op.y);
            case AddBias op -> List.of(op.y);
            case Activate op -> List.of(op.y);
            case BernoulliSample op -> List.of(op.state);
            case Contrast op -> List.of(op.rows);
            case Noise op -> List.of(op.eps);
            case Reparameterize op -> List.of(op.z);
            case KlDivergence op -> List.of(op.kl);
            case KlColumns op -> List.of(op.means);
            case Corrupt op -> List.of(op.out);
            case L1Penalty op -> List.of(op.l1);
            case LogRatio op -> List.of(op.ratio);
            case ImportanceWeights op -> {
                List<Tensor> all = new ArrayList<>(List.of(op.bound));
                op.weights.ifPresent(all::add);
                op.squares.ifPresent(all::add);
                yield List.copyOf(all);
            }
            case WeightRows op -> List.of(op.out);
            case LogRatioBackward op -> List.of(op.dHeads);
            case L1Backward op -> List.of(op.dCode);
            case LogLikelihood op -> List.of(op.ll);
            case ReduceLoss op -> List.of(op.metrics);
            case LikelihoodBackward op -> with(op.dLogVar, op.dY);
            case LinearBackwardData op -> List.of(op.dX);
            case LinearBackwardWeight op -> List.of(op.dW);
            case ColumnSum op -> List.of(op.out);
            case ActivateBackward op -> List.of(op.dA);
            case ReparameterizeBackward op -> List.of(op.dHeads);
            case KlBackward op -> List.of(op.dHeads);
            case Add op -> List.of(op.out);
            case SquaredNorm op -> List.of(op.partial);
            case Update op -> {
                List<Tensor> all = new ArrayList<>(List.of(op.parameter));
                all.addAll(op.state);
                yield List.copyOf(all);
            }
        };
    }

    private static List<Tensor> with(Optional<Tensor> maybe, Tensor... always) {
        List<Tensor> all = new ArrayList<>(List.of(always));
        maybe.ifPresent(all::add);
        return List.copyOf(all);
    }
}
