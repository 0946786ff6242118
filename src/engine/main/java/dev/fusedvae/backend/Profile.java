package dev.fusedvae.backend;

import dev.fusedvae.plan.Call;
import java.util.List;

/// Where the time of a step goes.
///
/// @param timings      the plan's calls in order; calls that share a launch share a timing
/// @param waitingNanos what the clock's owner (of a team: a member, on average) spent at barriers or in waiting, nanoseconds a step
public record Profile(List<Timing> timings, double waitingNanos) {

    /// @param nanos nanoseconds a step, mean over the steps profiled
    public record Timing(List<Call> calls, double nanos) {
        public Timing {
            calls = List.copyOf(calls);
        }
    }

    public Profile {
        timings = List.copyOf(timings);
    }

    /// Nanoseconds of a whole step.
    public double nanos() {
        return waitingNanos + timings.stream().mapToDouble(Timing::nanos).sum();
    }
}
