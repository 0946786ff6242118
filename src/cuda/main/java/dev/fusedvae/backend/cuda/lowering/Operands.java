package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.driver.Staging;
import dev.fusedvae.backend.cuda.kernels.Structs;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import java.util.List;
import java.util.Optional;

/// The addresses for the arguments of a plan's calls: slots, the step table, the prior, and the tables of updates.
public final class Operands {
    private final Slots slots;
    private final Control control;
    private final UpdateTables updates;
    private final long prior;
    private final int batch;

    /// Uploads the prior of the plan's model.
    public Operands(Plan plan, Slots slots, Control control, Staging staging, Structs structs) {
        this.slots = slots;
        this.control = control;
        updates = new UpdateTables(slots, control, staging, structs);
        prior = PriorTable.upload(plan.graph().spec(), control, staging);
        batch = plan.batch();
    }

    int batch() {
        return batch;
    }

    /// The address of `t`.
    ///
    /// @throws IllegalArgumentException if it is internal to a call
    long at(Tensor t) {
        return slots.address(t);
    }

    /// The address of `t`, or null if it is internal to its call.
    long orNull(Tensor t) {
        return slots.addressOrNull(Optional.of(t));
    }

    /// The same, and null for a tensor that does not exist.
    long orNull(Optional<Tensor> t) {
        return slots.addressOrNull(t);
    }

    /// The number of tiles of partial sums, 0 for a matrix.
    int tiles(Tensor t) {
        return slots.tiles(t);
    }

    /// The table of the prior, or null for N(0, I).
    long prior() {
        return prior;
    }

    /// The rows of the step table.
    long table() {
        return control.table();
    }

    /// The base word: the row of the step table to which kernels add their offset.
    long base() {
        return control.base();
    }

    /// The rows of losses, one for each row of the step table.
    long losses() {
        return control.losses();
    }

    /// Makes a table of the tensors of `updates`.
    long tensors(List<Op.Update> of) {
        return updates.tensors(of);
    }

    /// Makes a table of arrays of partial norms; null for none.
    long norms(List<Tensor> norms) {
        return norms.isEmpty() ? 0 : updates.norms(norms);
    }
}
