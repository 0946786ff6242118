package dev.fusedvae.plan;

import java.util.List;

/// Calls with no hazard among them: one launch on a GPU, the stretch between two barriers on the CPU.
public record Phase(int index, List<Call> calls) {

    public Phase {
        calls = List.copyOf(calls);
        Hazards.refuse(calls);
    }
}
