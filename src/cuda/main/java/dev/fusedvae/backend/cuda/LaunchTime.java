package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.plan.Call;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// The time of one launch of a plan on the device.
///
/// @param kernel `linear_bias_act/2_tiled`, the names of a phase's parts, or `linear/cublas` if a library runs it
/// @param calls  the calls that it computes
/// @param blocks number of blocks of its grid; for a library, which chooses its grid itself, that of the kernel that it replaces
/// @param warm   with its operands in the L2 cache, as far as they fit: launches one after the other in a graph, including the
///               time from node to node
/// @param cold   after the L2 cache was overwritten: a single launch between two events, including the time of an empty pair of
///               events, which [#of] gives as well
public record LaunchTime(String kernel, List<Call> calls, int blocks, Spread warm, Spread cold) {

    public LaunchTime {
        calls = List.copyOf(calls);
    }

    /// Microseconds of several measurements, in the order in which they were taken.
    public record Spread(List<Double> micros) {
        public Spread {
            micros = List.copyOf(micros);
        }

        static Spread of(double[] micros) {
            return new Spread(Arrays.stream(micros).boxed().toList());
        }

        public double medianMicros() {
            return micros.stream().sorted().toList().get(micros.size() / 2);
        }

        public double minMicros() {
            return Collections.min(micros);
        }

        public double maxMicros() {
            return Collections.max(micros);
        }
    }

    /// All launches of a plan.
    ///
    /// @param emptyPair time of two events with nothing between them, after the L2 cache was overwritten
    public record Table(List<LaunchTime> launches, Spread emptyPair) {
        public Table {
            launches = List.copyOf(launches);
        }
    }

    /// Times every launch of the first step `repeats` times. Afterwards the parameters of `executable` are no longer valid.
    ///
    /// @throws IllegalArgumentException for an executable of another backend
    public static Table of(Executable executable, int repeats) {
        if (!(executable instanceof CudaExecutable cuda)) {
            throw new IllegalArgumentException("only executables of the cuda backend have launches to time; load the plan on it");
        }
        return cuda.time(repeats);
    }
}
