package dev.fusedvae.plan;

/// What changes from step to step: a row of the step table. Every backend reads the same floats.
///
/// It is filled in place so that running steps allocates nothing; one owner at a time.
public final class Step {
    private long step;
    private int epoch;
    private int position;
    private int rows;
    private long firstSample;
    private float invRows;
    private float rate;
    private float rateOverBc1;
    private float rsqrtBc2 = 1;
    private float decay = 1;
    private float beta = 1;

    /// Makes this the record of `rows` examples from `position` of the epoch's order.
    Step at(long newStep, int newEpoch, int newPosition, int newRows) {
        step = newStep;
        epoch = newEpoch;
        position = newPosition;
        rows = newRows;
        invRows = 1f / newRows;
        return this;
    }

    /// Sets what the optimizer and the objective need; see the accessors.
    void train(double newRate, double bc1, double bc2, double newDecay, double newBeta) {
        rate = (float) newRate;
        rateOverBc1 = (float) (newRate / bc1);
        rsqrtBc2 = (float) (1 / Math.sqrt(bc2));
        decay = (float) newDecay;
        beta = (float) newBeta;
    }

    /// Makes this a step of an inference graph: rows `position … position + rows` in the order of the data set.
    public Step inference(int newPosition, int newRows) {
        return inference(newPosition, newRows, 0);
    }

    /// [#inference(int, int)] for the samples of every example from `newFirstSample` on.
    public Step inference(int newPosition, int newRows, long newFirstSample) {
        firstSample = newFirstSample;
        return at(0, 0, newPosition, newRows);
    }

    /// Number of the first of this step's samples among all samples of an example; 0 in training.
    public long firstSample() {
        return firstSample;
    }

    /// Number of this optimizer step, from 0; with it comes fresh noise.
    public long step() {
        return step;
    }

    /// Number of the epoch, from 0.
    public int epoch() {
        return epoch;
    }

    /// Position of the batch's first row in the epoch's order.
    public int position() {
        return position;
    }

    /// Rows of this batch.
    public int rows() {
        return rows;
    }

    /// 1 / rows.
    public float invRows() {
        return invRows;
    }

    /// Learning rate of this step.
    public float rate() {
        return rate;
    }

    /// rate / (1 − β₁ᵗ), t = step + 1.
    public float rateOverBc1() {
        return rateOverBc1;
    }

    /// 1 / √(1 − β₂ᵗ).
    public float rsqrtBc2() {
        return rsqrtBc2;
    }

    /// Factor on parameters before the update: 1 − rate·weightDecay, or 1.
    public float decay() {
        return decay;
    }

    /// Weight of the KL term, or of what else regularizes the objective.
    public float beta() {
        return beta;
    }
}
