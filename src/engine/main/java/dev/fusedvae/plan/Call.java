package dev.fusedvae.plan;

import dev.fusedvae.fuse.FusedOp;

/// A fused op at its place in a plan.
///
/// @param index its number in the plan, from 0
public record Call(int index, FusedOp op, Cost cost) {

    public String title() {
        return op.title();
    }
}
