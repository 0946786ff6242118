package dev.fusedvae.plan;

/// What changes from step to step: a row of the step table. Every backend reads the same floats.
///
/// @param step        number of this optimizer step, from 0; with it comes fresh noise
/// @param epoch       number of the epoch, from 0
/// @param position    position of the batch's first row in the epoch's order
/// @param rows        rows of this batch
/// @param invRows     1/rows
/// @param rate        learning rate of this step
/// @param rateOverBc1 rate / (1 − β₁ᵗ), t = step + 1
/// @param rsqrtBc2    1 / √(1 − β₂ᵗ)
/// @param decay       factor on parameters before the update: 1 − rate·weightDecay, or 1
/// @param beta        weight of the KL term
public record Step(long step, int epoch, int position, int rows, float invRows,
                   float rate, float rateOverBc1, float rsqrtBc2, float decay, float beta) {

    /// A step of an inference graph: rows `position … position+rows` in the order of the data set.
    public static Step inference(int position, int rows) {
        return new Step(0, 0, position, rows, 1f / rows, 0, 0, 0, 1, 1);
    }
}
