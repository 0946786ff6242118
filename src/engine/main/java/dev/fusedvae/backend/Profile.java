package dev.fusedvae.backend;

import dev.fusedvae.plan.Call;
import java.util.List;

/// How the time of a step divides among its calls.
///
/// @param timings      the plan's calls in order; calls that share a launch share a timing
/// @param waitingNanos nanoseconds per step outside the calls: waiting, barriers; for a team of threads, the mean over its members
public record Profile(List<Timing> timings, double waitingNanos) {

    /// @param nanos nanoseconds per step, the mean over the profiled steps
    public record Timing(List<Call> calls, double nanos) {
        public Timing {
            calls = List.copyOf(calls);
        }
    }

    public Profile {
        timings = List.copyOf(timings);
    }

    /// Nanoseconds of the whole step.
    public double nanos() {
        return waitingNanos + timings.stream().mapToDouble(Timing::nanos).sum();
    }
}
